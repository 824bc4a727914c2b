import { asyncLocalStorage, type Context } from "@temporalio/activity";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { RepositoryRef } from "../../domain/repository.ts";
import { git } from "../../git/git.ts";
import { packObjects } from "../../git/pack.ts";
import { takeSnapshot } from "../../git/snapshot.ts";
import { commitAll, scratchFolder } from "../../git/test-repository.ts";
import { startTestHub, type TestHub } from "../../hub/test-hub.ts";
import type { HostContext } from "../host-context.ts";
import { createOpenThreads } from "./open-threads.ts";
import { openWorkspace } from "../open-workspace.ts";
import { prepareCheckout, takeCheckout } from "./prepared-checkout.ts";
import { pushSnapshot } from "./push-snapshot.ts";
import { releaseHost } from "../release-host.ts";

const count = 50;
const repositoryId = "repo-1";

let folder: ReturnType<typeof scratchFolder>;
let hub: TestHub;
let repository: RepositoryRef;
let host: HostContext;

beforeEach(async () => {
  folder = scratchFolder();
  const user = join(folder.path, "user");
  mkdirSync(join(user, "src"), { recursive: true });
  for (let file = 0; file < 20; file += 1) writeFileSync(join(user, `src/${file}.ts`), `export const x = ${file};\n`);
  const root = await commitAll(user, "first");
  writeFileSync(join(user, "readme"), "second\n");
  const base = await commitAll(user, "second");
  hub = await startTestHub(join(folder.path, "hub"));
  // As of a shallow clone, whose boundary every opening writes down.
  repository = { id: repositoryId, name: "repo", base, shallow: [root] };
  await hub.hub.pushBase(
    { repository: repositoryId, commit: base },
    packObjects({ gitDir: join(user, ".git"), wants: [base], haves: [] }),
  );
  host = {
    host: `test-${process.pid}`,
    folder: join(folder.path, "host"),
    hub: hub.hub,
    logger: pino({ level: "silent" }),
    env: process.env,
    places: { release: () => undefined },
  } as unknown as HostContext;
});

afterEach(async () => {
  await hub.stop();
  folder.remove();
});

/** A whole life on the host: workspace, work, checkpoint, clean checkout, gone. */
async function liveOn(threads: ReturnType<typeof createOpenThreads>, thread: string): Promise<string> {
  const claim = { thread, epoch: 1 };
  await openWorkspace(host, threads, { ...claim, repository, env: [], turn: 1 });
  const open = threads.get(claim);
  const { root } = open.workspace;
  writeFileSync(join(root, `${thread}.txt`), thread);
  writeFileSync(join(root, "src/0.ts"), `export const x = "${thread}";\n`);
  await git(["commit", "--quiet", "-am", "by the agent itself"], { cwd: root });
  const { checkpoint } = await takeSnapshot({
    workspace: open.workspace,
    sessionDir: open.folder.session,
    base: repository.base,
    parentCommit: open.commit,
    ledger: "{}",
    message: "turn 1",
    turn: 1,
  });
  prepareCheckout(host, open, checkpoint.commit);
  await pushSnapshot(host, open, { checkpoint, turn: 1, partial: false });
  const checkout = await takeCheckout(host, open, checkpoint.commit);
  expect(readFileSync(join(checkout.root, `${thread}.txt`), "utf8")).toBe(thread);
  await releaseHost(host, threads, { ...claim, settled: true });
  return checkpoint.commit;
}

test(
  "fifty threads on one repository live on one host at once, and each ends with its own work in the hub",
  { timeout: 240_000 },
  async () => {
    const threads = createOpenThreads();
    const context = { cancellationSignal: new AbortController().signal } as Context;
    const names = Array.from({ length: count }, (_, index) => `t-${index}`);
    const commits = await Promise.all(names.map((name) => asyncLocalStorage.run(context, () => liveOn(threads, name))));
    expect(new Set(commits).size).toBe(count);
    const store = join(folder.path, "hub", "repositories", `${repositoryId}.git`);
    for (const [index, name] of names.entries()) {
      const { checkpoint } = await hub.hub.readCheckpoint({ repository: repositoryId, thread: name });
      expect(checkpoint?.commit).toBe(commits[index]);
      const shown = await git(["show", `${commits[index]}:${name}.txt`], { cwd: store, gitDir: store });
      expect(shown.toString()).toBe(name);
    }
    await git(["fsck", "--connectivity-only", ...commits], { cwd: store, gitDir: store });
  },
);
