import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { git } from "../git/git.ts";
import { isConnected, openObjectStore, presentObjects } from "../git/object-store.ts";
import { indexPack, packObjects } from "../git/pack.ts";
import { bytesOf, checkpointOf, only, startTestHub } from "./test-hub.ts";
import { useHubWithWork } from "./use-hub-with-work.ts";

const repository = "repo-1";
const { work, running, inFolder, startAgain } = useHubWithWork(repository);
const thread = "t";

const gitDir = () => inFolder(`hub/repositories/${repository}.git`);
const leftovers = () => readdirSync(join(gitDir(), "objects")).filter((name) => !/^([0-9a-f]{2}|info|pack)$/.test(name));
const packs = () => readdirSync(join(gitDir(), "objects/pack")).sort();

async function pushNext(content: string, previous?: string) {
  const made = await work.commit(content);
  const pushed = checkpointOf(made, previous === undefined ? {} : { previous });
  await running.hub.pushCheckpoint(pushed, work.pack(made.commit, [previous ?? work.base]));
  return pushed;
}

test("a pushed checkpoint is read, claimed and fetched by somebody else, with everything it reaches", async () => {
  const { hub } = running;
  expect(await hub.openRepository({ repository })).toEqual({ haves: [work.base] });
  expect(await hub.claimEpoch({ repository, thread, epoch: 1 })).toEqual({});
  const first = await pushNext("one");
  const second = await pushNext("two", first.snapshot);
  const { commit, tree, snapshot } = second;
  const checkpoint = { commit, tree, snapshot, turn: 1, epoch: 1, partial: false };
  expect(await hub.readCheckpoint({ repository, thread })).toEqual({ checkpoint });
  expect(await hub.claimEpoch({ repository, thread, epoch: 2 })).toEqual({ checkpoint });
  expect((await hub.openRepository({ repository })).haves.toSorted()).toEqual([work.base, snapshot].sort());
  const ref = await git(["for-each-ref", "--format=%(objectname)", "refs/baton/threads/t"], { cwd: gitDir(), gitDir: gitDir() });
  expect(ref.toString().trim()).toBe(snapshot);

  const target = await openObjectStore({ gitDir: inFolder("target.git") });
  await indexPack(target, hub.fetch({ repository, wants: [work.base], haves: [] }));
  const delta = await bytesOf(hub.fetch({ repository, wants: [snapshot], haves: [work.base, "0".repeat(40)] }));
  await indexPack(target, only(delta));
  expect(delta.length).toBeLessThan(1500);
  expect(await isConnected(target.gitDir, snapshot)).toBe(true);
});

test("an older epoch can neither push, nor claim, nor append", async () => {
  const { hub } = running;
  await hub.claimEpoch({ repository, thread, epoch: 3 });
  await hub.claimEpoch({ repository, thread, epoch: 3 });
  const made = await work.commit("late");
  const stale = { type: "StaleEpoch", message: expect.stringContaining("epoch 3 has taken it") };
  const late = checkpointOf(made, { epoch: 2 });
  await expect(hub.pushCheckpoint(late, work.pack(made.commit, [work.base]))).rejects.toMatchObject(stale);
  await expect(hub.claimEpoch({ repository, thread, epoch: 2 })).rejects.toMatchObject(stale);
  await expect(hub.appendTranscript({ thread, epoch: 2, lines: ["x"] })).rejects.toMatchObject(stale);
  expect(await hub.readCheckpoint({ repository, thread })).toEqual({});
  await hub.appendTranscript({ thread, epoch: 3, lines: ["x"] });
});

test("an epoch that is claimed while a push is under way fences that push off", async () => {
  const { hub } = running;
  const made = await work.commit("slow");
  const pack = await bytesOf(work.pack(made.commit, [work.base]));
  async function* slow() {
    yield pack.subarray(0, 20);
    await hub.claimEpoch({ repository, thread, epoch: 2 });
    yield pack.subarray(20);
  }
  await expect(hub.pushCheckpoint(checkpointOf(made), slow())).rejects.toMatchObject({ type: "StaleEpoch" });
  expect(await hub.readCheckpoint({ repository, thread })).toEqual({});
});

test("a push that does not follow the newest checkpoint is a conflict", async () => {
  const first = await pushNext("one");
  const made = await work.commit("two");
  const conflict = { type: "Conflict" };
  const push = (previous?: string) =>
    running.hub.pushCheckpoint(
      checkpointOf(made, previous === undefined ? {} : { previous }),
      work.pack(made.commit, [work.base]),
    );
  await expect(push()).rejects.toMatchObject(conflict);
  await expect(push(work.base)).rejects.toMatchObject(conflict);
  await push(first.snapshot);
});

test("pushing the newest again succeeds without sending it again", async () => {
  const first = await pushNext("one");
  const before = packs();
  let asked = 0;
  async function* endless() {
    while (asked < 10_000) {
      asked += 1;
      yield Buffer.alloc(256 * 1024);
    }
  }
  await running.hub.pushCheckpoint(first, endless());
  await running.hub.pushBase({ repository, commit: work.base }, endless());
  expect(asked).toBeLessThan(1000);
  expect(packs()).toEqual(before);
});

test("a damaged, cut, lying or baseless pack is refused and leaves nothing", async () => {
  const before = packs();
  const made = await work.commit("x".repeat(10_000));
  const other = await work.commit("other");
  const whole = await bytesOf(work.pack(made.commit, [work.base]));
  const broken = Buffer.from(whole);
  broken[whole.length >> 1] = (broken[whole.length >> 1] ?? 0) ^ 0xff;
  const refusal = { type: "Usage", message: expect.stringContaining("refused a pack") };
  const push = (pack: AsyncIterable<Uint8Array>, more = {}) => running.hub.pushCheckpoint(checkpointOf(made, more), pack);
  await expect(push(only(whole.subarray(0, -30)))).rejects.toMatchObject(refusal);
  await expect(push(only(broken))).rejects.toMatchObject(refusal);
  await expect(push(only(Buffer.from("not a pack")))).rejects.toMatchObject(refusal);
  await expect(push(only())).rejects.toMatchObject(refusal);
  await expect(push(only(whole), { snapshot: "0".repeat(40) })).rejects.toMatchObject(refusal);
  await expect(push(only(whole), { tree: "0".repeat(40) })).rejects.toMatchObject(refusal);
  await expect(push(only(whole), { snapshot: made.tree })).rejects.toMatchObject(refusal);
  const onMissing = work.pack(other.commit, [made.commit]);
  await expect(running.hub.pushCheckpoint(checkpointOf(other), onMissing)).rejects.toMatchObject(refusal);
  expect(leftovers()).toEqual([]);
  expect(packs()).toEqual(before);
  expect(await running.hub.readCheckpoint({ repository, thread })).toEqual({});
  await push(only(whole));
});

test("the error of a pack's source reaches the caller, and the hub forgets the push", async () => {
  const made = await work.commit("one");
  async function* failing() {
    yield Buffer.from("PACK");
    throw new Error("the disk went away");
  }
  await expect(running.hub.pushCheckpoint(checkpointOf(made), failing())).rejects.toThrow("the disk went away");
  await expect.poll(leftovers, { interval: 10 }).toEqual([]);
});

test("of two concurrent first pushes one wins", async () => {
  const one = await work.commit("one");
  const two = await work.commit("two");
  const results = await Promise.allSettled(
    [one, two].map((made) => running.hub.pushCheckpoint(checkpointOf(made), work.pack(made.commit, [work.base]))),
  );
  expect(results.map((result) => result.status).sort()).toEqual(["fulfilled", "rejected"]);
  const { checkpoint } = await running.hub.readCheckpoint({ repository, thread });
  expect([one.commit, two.commit]).toContain(checkpoint?.snapshot);
});

test("a restarted hub has everything, and mends what a kill left", async () => {
  const first = await pushNext("one");
  await running.stop();
  mkdirSync(join(gitDir(), "objects/incoming-dead/pack"), { recursive: true });
  writeFileSync(join(gitDir(), "objects/pack/tmp_pack_dead"), "half");
  writeFileSync(inFolder("hub/threads/.tmp-t.json-dead"), "half");
  writeFileSync(join(gitDir(), "refs/baton/threads/t"), `${work.base}\n`);
  writeFileSync(inFolder("hub/lock"), JSON.stringify({ pid: process.pid, startTime: "1" }));
  await startAgain();
  expect(leftovers()).toEqual([]);
  expect(existsSync(join(gitDir(), "objects/pack/tmp_pack_dead"))).toBe(false);
  expect(readdirSync(inFolder("hub/threads"))).toEqual(["t.json"]);
  expect(readFileSync(join(gitDir(), "refs/baton/threads/t"), "utf8").trim()).toBe(first.snapshot);
  expect((await running.hub.readCheckpoint({ repository, thread })).checkpoint?.snapshot).toBe(first.snapshot);
  await pushNext("two", first.snapshot);
});

test("only one hub at a time has a store open", async () => {
  await expect(startTestHub(inFolder("hub"))).rejects.toMatchObject({ type: "Conflict" });
});

test("a shallow clone's base is taken without the parents of its boundary", async () => {
  await work.commit("one");
  const { commit } = await work.commit("two");
  const clone = inFolder("clone");
  await git(["clone", "--quiet", "--depth=1", `file://${work.path}`, clone], { cwd: inFolder("") });
  const shallow = [commit];
  expect(await running.hub.openRepository({ repository: "shallow", shallow })).toEqual({ haves: [] });
  const pack = packObjects({ gitDir: join(clone, ".git"), wants: shallow, haves: [] });
  await running.hub.pushBase({ repository: "shallow", commit }, pack);
  expect(await running.hub.openRepository({ repository: "shallow", shallow })).toEqual({ haves: shallow });
  const target = await openObjectStore({ gitDir: inFolder("target.git"), shallow });
  await indexPack(target, running.hub.fetch({ repository: "shallow", wants: shallow, haves: [] }));
  expect(await presentObjects(target.gitDir, shallow)).toEqual(shallow);
});

test("what the hub does not have is not found", async () => {
  const missing = "1".repeat(40);
  const fetching = bytesOf(running.hub.fetch({ repository, wants: [missing], haves: [] }));
  await expect(fetching).rejects.toMatchObject({ type: "NotFound", message: expect.stringContaining(missing) });
  const elsewhere = bytesOf(running.hub.fetch({ repository: "nowhere", wants: [missing], haves: [] }));
  await expect(elsewhere).rejects.toMatchObject({ type: "NotFound" });
});

test("names and ids that could leave the store are refused", async () => {
  const { hub } = running;
  const refusal = { type: "Usage" };
  const made = await work.commit("one");
  for (const bad of ["../x", "a/b", "", ".a", "a..b", "a.lock", "A", "a".repeat(101), "a\0", "a\n"]) {
    await expect(hub.openRepository({ repository: bad })).rejects.toMatchObject(refusal);
    await expect(hub.claimEpoch({ repository, thread: bad, epoch: 1 })).rejects.toMatchObject(refusal);
    await expect(hub.appendTranscript({ thread: bad, epoch: 1, lines: [] })).resolves.toBeUndefined();
    await expect(hub.appendTranscript({ thread: bad, epoch: 1, lines: ["x"] })).rejects.toMatchObject(refusal);
    await expect(
      hub.tailTranscript({ thread: bad, offset: 0, follow: false })[Symbol.asyncIterator]().next(),
    ).rejects.toMatchObject(refusal);
    await expect(hub.pushCheckpoint(checkpointOf(made, { thread: bad }), only())).rejects.toMatchObject(refusal);
    await expect(bytesOf(hub.fetch({ repository, wants: [`${bad}x`], haves: [] }))).rejects.toMatchObject(refusal);
    await expect(bytesOf(hub.getArtifact({ artifact: bad }))).rejects.toMatchObject(refusal);
  }
  await expect(hub.pushCheckpoint(checkpointOf(made, { snapshot: "--upload-pack" }), only())).rejects.toMatchObject(refusal);
});

test("forty small pushes leave few packs, and everything is there", async () => {
  const commits = await work.commitMany(40);
  let previous: string | undefined;
  for (const commit of commits) {
    const pushed = checkpointOf({ commit, tree: commit }, previous === undefined ? {} : { previous });
    await running.hub.pushCheckpoint(pushed, work.pack(commit, [previous ?? work.base]));
    previous = commit;
  }
  await expect.poll(() => packs().filter((name) => name.endsWith(".pack")).length, { interval: 20 }).toBeLessThan(33);
  expect(await isConnected(gitDir(), previous ?? "")).toBe(true);
}, 15_000);
