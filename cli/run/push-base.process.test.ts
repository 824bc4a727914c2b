import { readdirSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkpointOf } from "../../hub/test-hub.ts";
import { useHubWithWork } from "../../hub/use-hub-with-work.ts";
import { pushBase } from "./push-base.ts";

const { work, running, inFolder } = useHubWithWork("repo-1");

test("a base that the hub has already is kept for the next thread, whether a base or a checkpoint offers it", async () => {
  const { hub } = running;
  const gitDir = join(work.path, ".git");
  const push = (base: string) => pushBase(hub, { repository: { id: "repo-1", name: "repo", base, shallow: [] }, gitDir });
  const bases = inFolder("hub/repositories/repo-1.git/refs/baton/bases");
  utimesSync(join(bases, work.base), 1, 1);
  await push(work.base);
  const made = await work.commit("a turn");
  await hub.claimEpoch({ repository: "repo-1", thread: "t", epoch: 1 });
  await hub.pushCheckpoint(checkpointOf(made), work.pack(made.commit, [work.base]));
  await push(made.commit);
  expect(await hub.collectGarbage({ olderThanMs: 60_000, dryRun: false })).toMatchObject({ bases: 0 });
  expect(readdirSync(bases).toSorted()).toEqual([work.base, made.commit].toSorted());
});
