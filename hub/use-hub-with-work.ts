import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import { scratchFolder } from "../git/test-repository.ts";
import { createTestWork, startTestHub, type TestHub, type TestWork } from "./test-hub.ts";

/** For each test of a file: a hub that runs and has the base commit of a user's repository. */
export interface HubWithWork {
  readonly work: TestWork;
  readonly running: TestHub;
  /** A path in the test's own folder; the store is `hub` in it. */
  readonly inFolder: (path: string) => string;
  /** Starts the hub over the same store, after the test has stopped it. */
  readonly startAgain: () => Promise<void>;
}

export function useHubWithWork(repository: string): HubWithWork {
  // The same objects in every test, so that a test file can take them apart once.
  const [work, running] = [{} as TestWork, {} as TestHub];
  let folder: ReturnType<typeof scratchFolder>;
  const inFolder = (path: string) => join(folder.path, path);
  const startAgain = async () => void Object.assign(running, await startTestHub(inFolder("hub")));
  beforeEach(async () => {
    folder = scratchFolder();
    Object.assign(work, await createTestWork());
    await startAgain();
    await running.hub.openRepository({ repository });
    await running.hub.pushBase({ repository, commit: work.base }, work.pack(work.base));
  });
  afterEach(async () => {
    await running.stop();
    work.remove();
    folder.remove();
  });
  return { work, running, inFolder, startAgain };
}
