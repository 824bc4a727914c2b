import { existsSync, readdirSync, rmSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { presentObjects } from "../git/object-store.ts";
import { bytesOf, checkpointOf } from "./test-hub.ts";
import { useHubWithWork } from "./use-hub-with-work.ts";

const repository = "repo-1";
const { work, running, inFolder, startAgain } = useHubWithWork(repository);

const inHub = (path: string) => inFolder(`hub/${path}`);
const gitDir = () => inHub(`repositories/${repository}.git`);
const collectAll = { olderThanMs: 0, dryRun: false };

async function runThread(thread: string, commit?: { commit: string; tree: string }) {
  const { hub } = running;
  await hub.claimEpoch({ repository, thread, epoch: 1 });
  const made = commit ?? (await work.commit(`work of ${thread}`));
  await hub.pushCheckpoint(checkpointOf(made, { thread }), work.pack(made.commit, [work.base]));
  await hub.appendTranscript({ thread, epoch: 1, lines: ["{}"] });
  const { artifact } = await hub.putArtifact(Buffer.from(`report of ${thread}`), { thread });
  return { ...made, artifact, settle: () => hub.settleThread({ repository, thread, epoch: 1 }) };
}

/** As if everything in the repository had come yesterday. */
function ageObjects(): void {
  const yesterday = Date.now() / 1000 - 86_400;
  const packs = join(gitDir(), "objects/pack");
  for (const name of readdirSync(packs)) utimesSync(join(packs, name), yesterday, yesterday);
}

test("what settled threads left goes, and what others made stays", async () => {
  const { hub } = running;
  const kept = await runThread("kept");
  const gone = await runThread("gone");
  const shared = Buffer.from("a log of both");
  await hub.putArtifact(shared, { thread: "gone" });
  const { artifact } = await hub.putArtifact(shared, { thread: "kept" });
  await gone.settle();
  ageObjects();
  const nothing = { threadCount: 0, artifacts: 0, bases: 0, pruned: [] };
  expect(await hub.collectGarbage({ olderThanMs: 60_000, dryRun: false })).toMatchObject(nothing);
  expect(await hub.collectGarbage({ olderThanMs: 0, dryRun: true })).toMatchObject({
    threads: ["gone"],
    artifacts: 1,
    pruned: [],
  });
  expect(await hub.readCheckpoint({ repository, thread: "gone" })).toHaveProperty("checkpoint");
  expect(await hub.collectGarbage(collectAll)).toMatchObject({ threads: ["gone"], artifacts: 1, pruned: [repository], busy: [] });
  expect(await hub.readCheckpoint({ repository, thread: "gone" })).toEqual({});
  expect(await presentObjects(gitDir(), [gone.commit, kept.commit, work.base])).toEqual([kept.commit, work.base]);
  expect(existsSync(inHub("transcripts/gone.jsonl"))).toBe(false);
  await expect(bytesOf(hub.getArtifact({ artifact: gone.artifact }))).rejects.toMatchObject({ type: "NotFound" });
  expect((await bytesOf(hub.getArtifact({ artifact: kept.artifact }))).toString()).toBe("report of kept");
  expect(await bytesOf(hub.getArtifact({ artifact }))).toEqual(shared);
  expect(await hub.checkStore()).toEqual({ threads: 1, repositories: 1, transcripts: 1, artifacts: 2, results: 0, problems: [] });
});

test("objects that have just come stay although nothing points at them yet", async () => {
  const gone = await runThread("gone");
  await gone.settle();
  await running.hub.collectGarbage(collectAll);
  expect(await presentObjects(gitDir(), [gone.commit])).toEqual([gone.commit]);
  await running.stop();
  await startAgain();
  expect(await running.hub.readCheckpoint({ repository, thread: "gone" })).toEqual({});
});

test("a thread that a newer epoch takes again is no longer settled", async () => {
  const moved = await runThread("moved");
  await moved.settle();
  await running.hub.claimEpoch({ repository, thread: "moved", epoch: 2 });
  expect(await running.hub.collectGarbage(collectAll)).toMatchObject({ threadCount: 0 });
  await expect(moved.settle()).rejects.toMatchObject({ type: "StaleEpoch" });
});

test("a base stays while a thread without a checkpoint may need it", async () => {
  await running.hub.claimEpoch({ repository, thread: "new", epoch: 1 });
  expect(await running.hub.collectGarbage(collectAll)).toMatchObject({ bases: 0 });
  await running.hub.settleThread({ repository, thread: "new", epoch: 1 });
  expect(await running.hub.collectGarbage(collectAll)).toMatchObject({ bases: 1, threads: ["new"] });
  await running.hub.pushBase({ repository, commit: work.base }, work.pack(work.base));
  expect(await running.hub.openRepository({ repository })).toEqual({ haves: [work.base] });
});

test("threads go on pushing and reading while garbage is collected", async () => {
  const settled = await runThread("settled");
  await settled.settle();
  const made = [];
  for (const thread of ["a", "b", "c"]) made.push({ thread, ...(await work.commit(thread)) });
  const collecting = running.hub.collectGarbage(collectAll);
  const others = made.map(({ thread, ...commit }) => runThread(thread, commit));
  await expect(running.hub.collectGarbage(collectAll)).rejects.toMatchObject({ type: "Conflict" });
  await collecting;
  await Promise.all(others);
  expect((await running.hub.checkStore()).problems).toEqual([]);
}, 15_000);

test("damage of every kind is told", async () => {
  const { hub } = running;
  const one = await runThread("one");
  await runThread("two");
  await runThread("three");
  await runThread("four");
  writeFileSync(inHub("threads/three.json"), "{");
  writeFileSync(join(gitDir(), "refs/baton/threads/two"), `${work.base}\n`);
  writeFileSync(join(gitDir(), "refs/baton/threads/stray"), `${work.base}\n`);
  writeFileSync(inHub("transcripts/one.jsonl"), "{}\n{");
  writeFileSync(inHub("transcripts/two.jsonl"), "{}\n\0\0\n");
  writeFileSync(inHub(`artifacts/${one.artifact.slice(0, 2)}/${one.artifact}`), "something else");
  writeFileSync(inHub("threads/.tmp-four.json-dead"), "half");
  utimesSync(inHub("threads/.tmp-four.json-dead"), 1, 1);
  const { problems } = await hub.checkStore();
  expect(problems).toEqual(
    expect.arrayContaining([
      { where: "thread three", problem: "its record is damaged" },
      { where: "thread two", problem: expect.stringContaining(`its ref is ${work.base}`) },
      { where: `repository ${repository}`, problem: expect.stringContaining("ref of thread stray") },
      { where: "transcript of thread one", problem: "line 2 is cut short" },
      { where: "transcript of thread two", problem: expect.stringContaining("zero bytes") },
      { where: `artifact ${one.artifact}`, problem: "its content is not what it was stored as" },
      { where: "threads/.tmp-four.json-dead", problem: "was never finished" },
    ]),
  );
});

test("a damaged or a lost pack is told", async () => {
  await runThread("one");
  const folderOfPacks = join(gitDir(), "objects/pack");
  const [first, second] = readdirSync(folderOfPacks).filter((name) => name.endsWith(".pack"));
  truncateSync(join(folderOfPacks, first ?? ""), 40);
  const damaged = await running.hub.checkStore();
  expect(damaged.problems.some(({ where }) => where === `repository ${repository}`)).toBe(true);
  for (const name of [first, second]) rmSync(join(folderOfPacks, name ?? ""));
  expect((await running.hub.checkStore()).problems.length).toBeGreaterThan(0);
});
