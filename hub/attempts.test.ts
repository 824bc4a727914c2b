import { beforeEach, expect, test } from "vitest";
import { git } from "../git/git.ts";
import { bytesOf, checkpointOf } from "./test-hub.ts";
import { useHubWithWork } from "./use-hub-with-work.ts";

const repository = "repo-1";
const { work, running, inFolder } = useHubWithWork(repository);
const thread = "t";

beforeEach(async () => {
  await running.hub.claimEpoch({ repository, thread, epoch: 1 });
});

const attempts = async () => (await running.hub.listAttempts({ repository, thread })).attempts;

async function attemptRefs(): Promise<string[]> {
  const gitDir = inFolder(`hub/repositories/${repository}.git`);
  const refs = await git(["for-each-ref", "--format=%(refname) %(objectname)", "refs/baton/attempts"], { cwd: gitDir, gitDir });
  return refs.toString().trim().split("\n");
}

test("an unfinished turn's work is kept when the next epoch takes the thread, not the whole turn before it", async () => {
  const turn = await work.commit("turn 1");
  await running.hub.pushCheckpoint(checkpointOf(turn), work.pack(turn.commit, [work.base]));
  const half = await work.commit("half done");
  const { commit: snapshot } = await work.commit("snapshot");
  const partial = { partial: true, snapshot, commit: turn.commit, previous: turn.commit, turn: 2 };
  await running.hub.pushCheckpoint(checkpointOf(half, partial), work.pack(snapshot, [turn.commit]));
  expect(await attempts()).toEqual([]);
  const { checkpoint } = await running.hub.claimEpoch({ repository, thread, epoch: 2 });
  expect(checkpoint).toMatchObject({ snapshot, commit: turn.commit });
  expect(await attempts()).toMatchObject([{ epoch: 1, snapshot, commit: half.commit, why: "superseded" }]);
  expect(await attemptRefs()).toEqual([`refs/baton/attempts/t/1 ${snapshot}`]);
});

test("a finished turn's work is the thread's own and no attempt", async () => {
  const made = await work.commit("done");
  await running.hub.pushCheckpoint(checkpointOf(made), work.pack(made.commit, [work.base]));
  await running.hub.claimEpoch({ repository, thread, epoch: 2 });
  expect(await attempts()).toEqual([]);
});

test("a push that its epoch did not outlive is refused, and kept", async () => {
  const made = await work.commit("slow");
  const pack = await bytesOf(work.pack(made.commit, [work.base]));
  async function* slow() {
    yield pack.subarray(0, 20);
    await running.hub.claimEpoch({ repository, thread, epoch: 2 });
    yield pack.subarray(20);
  }
  await expect(running.hub.pushCheckpoint(checkpointOf(made), slow())).rejects.toMatchObject({ type: "StaleEpoch" });
  expect(await running.hub.readCheckpoint({ repository, thread })).toEqual({});
  expect(await attempts()).toMatchObject([{ epoch: 1, snapshot: made.commit, why: "refused" }]);
  expect((await running.hub.checkStore()).problems).toEqual([]);
});

test("a fenced host hands its work over as an attempt, which moves nothing", async () => {
  const made = await work.commit("late");
  const push = () => running.hub.keepAttempt(checkpointOf(made), work.pack(made.commit, [work.base]));
  await expect(push()).rejects.toMatchObject({ type: "Conflict" });
  await running.hub.claimEpoch({ repository, thread, epoch: 2 });
  await push();
  await push();
  expect(await attempts()).toMatchObject([{ epoch: 1, commit: made.commit, why: "refused" }]);
  expect(await running.hub.readCheckpoint({ repository, thread })).toEqual({});
  const fetched = await bytesOf(running.hub.fetch({ repository, wants: [made.commit], haves: [work.base] }));
  expect(fetched.length).toBeGreaterThan(100);
});

test("the newest twenty attempts of a thread are kept", async () => {
  const made = await work.commit("late");
  await running.hub.claimEpoch({ repository, thread, epoch: 30 });
  for (let epoch = 1; epoch <= 22; epoch += 1) {
    await running.hub.keepAttempt(checkpointOf(made, { epoch }), work.pack(made.commit, [work.base]));
  }
  expect((await attempts()).map(({ epoch }) => epoch)).toEqual(Array.from({ length: 20 }, (_, index) => 22 - index));
  expect((await attemptRefs()).length).toBe(20);
  expect((await running.hub.checkStore()).problems).toEqual([]);
}, 15_000);
