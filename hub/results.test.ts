import { existsSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { presentObjects } from "../git/object-store.ts";
import { checkpointOf } from "./test-hub.ts";
import { useHubWithWork } from "./use-hub-with-work.ts";

const repository = "repo-1";
const { work, running, inFolder, startAgain } = useHubWithWork(repository);
const key = "0123456789abcdef0123456789abcdef";

const inHub = (path: string) => inFolder(`hub/${path}`);
const gitDir = () => inHub(`repositories/${repository}.git`);
const recordOf = (name: string) => inHub(`results/${repository}/${name}.json`);
const refOf = (name: string) => join(gitDir(), "refs/baton/results", name);
const read = async (...keys: string[]) => (await running.hub.readResults({ repository, keys })).results;
const record = (thread: string, commit: string, more: { epoch?: number; key?: string } = {}) =>
  running.hub.recordResult({ repository, thread, epoch: 1, key, commit, ...more });

async function achieve(thread: string): Promise<string> {
  await running.hub.claimEpoch({ repository, thread, epoch: 1 });
  const made = await work.commit(`work of ${thread}`);
  await running.hub.pushCheckpoint(checkpointOf(made, { thread }), work.pack(made.commit, [work.base]));
  return made.commit;
}

async function restart(): Promise<void> {
  await running.stop();
  await startAgain();
}

const long = (digit: string) => digit.repeat(32);

test("a result is there for every later goal, the last one wins, and recording it again changes nothing", async () => {
  const first = await achieve("one");
  await record("one", first);
  const [result] = await read(key);
  expect(result).toEqual({ key, thread: "one", commit: first, at: expect.stringMatching(/^2\d{3}-/) });
  await record("one", first);
  expect(await read(key)).toEqual([result]);
  const second = await achieve("two");
  await record("two", second);
  await restart();
  expect(await read(long("f"), key, key)).toMatchObject([{ key, thread: "two", commit: second }]);
  expect((await running.hub.checkStore()).problems).toEqual([]);
});

test("a result of one repository is none of another", async () => {
  await record("one", await achieve("one"));
  expect((await running.hub.readResults({ repository: "repo-2", keys: [key] })).results).toEqual([]);
  const elsewhere = { repository: "repo-2", thread: "one", epoch: 1, key, commit: work.base };
  await expect(running.hub.recordResult(elsewhere)).rejects.toMatchObject({ type: "Conflict" });
});

test("an overtaken thread, a commit that is not there and a bad key are refused", async () => {
  const commit = await achieve("one");
  await running.hub.claimEpoch({ repository, thread: "one", epoch: 2 });
  await expect(record("one", commit)).rejects.toMatchObject({ type: "StaleEpoch" });
  const { tree } = await work.commit("never sent");
  await expect(record("one", "1".repeat(40), { epoch: 2 })).rejects.toMatchObject({ type: "NotFound" });
  await expect(record("one", tree, { epoch: 2 })).rejects.toMatchObject({ type: "NotFound" });
  const nowhere = { repository: "repo-9", thread: "new", epoch: 1, key, commit };
  await expect(running.hub.recordResult(nowhere)).rejects.toMatchObject({ type: "NotFound" });
  for (const bad of ["", "../../x", key.toUpperCase(), `${key}0`])
    await expect(record("one", commit, { epoch: 2, key: bad })).rejects.toMatchObject({ type: "Usage" });
  await expect(read(...Array.from({ length: 2001 }, () => key))).rejects.toMatchObject({ type: "Usage" });
  expect(await read(key)).toEqual([]);
});

test("two thousand results are read in one call", async () => {
  const commit = await achieve("one");
  const keys = Array.from({ length: 2000 }, (_, index) => index.toString(16).padStart(32, "0"));
  mkdirSync(inHub(`results/${repository}`), { recursive: true });
  for (const each of keys) writeFileSync(recordOf(each), JSON.stringify({ thread: "one", commit, at: "2026-01-01T00:00:00Z" }));
  expect((await read(...keys)).map((result) => result.key)).toEqual(keys);
}, 15_000);

test("what a result refers to outlives its thread, until nobody has asked for it long enough", async () => {
  const { hub } = running;
  const commit = await achieve("one");
  await record("one", commit);
  await hub.settleThread({ repository, thread: "one", epoch: 1 });
  const yesterday = Date.now() / 1000 - 86_400;
  for (const name of readdirSync(join(gitDir(), "objects/pack")))
    utimesSync(join(gitDir(), "objects/pack", name), yesterday, yesterday);
  writeFileSync(
    inHub("threads/one.json"),
    JSON.stringify({ repository, epoch: 1, settledAt: "2026-01-01T00:00:00Z", checkpoint: { snapshot: commit, commit } }),
  );
  const collect = (dryRun = false) => hub.collectGarbage({ olderThanMs: 60_000, dryRun });
  expect(await collect()).toMatchObject({ threads: ["one"], results: 0, pruned: [repository] });
  expect(await presentObjects(gitDir(), [commit])).toEqual([commit]);

  utimesSync(recordOf(key), yesterday, yesterday);
  expect(await collect(true)).toMatchObject({ results: 1 });
  expect(await read(key)).toHaveLength(1);
  expect(await collect()).toMatchObject({ results: 0 });

  utimesSync(recordOf(key), yesterday, yesterday);
  expect(await collect()).toMatchObject({ results: 1 });
  expect(await read(key)).toEqual([]);
  expect(existsSync(refOf(key))).toBe(false);
  expect((await hub.checkStore()).problems).toEqual([]);
}, 15_000);

test("the work of a result that another one replaced can go", async () => {
  const first = await achieve("one");
  await record("one", first);
  await record("two", await achieve("two"));
  expect(existsSync(join(gitDir(), "baton-to-prune"))).toBe(true);
});

test("damage of results is told, and a restart mends what a kill can have left", async () => {
  const commit = await achieve("one");
  for (const digit of ["1", "2", "3"]) await record("one", commit, { key: long(digit) });
  writeFileSync(recordOf(long("1")), "{");
  writeFileSync(refOf(long("2")), `${work.base}\n`);
  rmSync(recordOf(long("3")));
  const problems = async () => (await running.hub.checkStore()).problems;
  expect(await problems()).toEqual([
    { where: `result ${long("1")} of repository ${repository}`, problem: "its record is damaged" },
    { where: `result ${long("2")} of repository ${repository}`, problem: expect.stringContaining(`its ref is ${work.base}`) },
    { where: `repository ${repository}`, problem: `ref of result ${long("3")}, which has no record` },
  ]);
  expect(await read(long("1"))).toEqual([]);
  await restart();
  expect(await problems()).toEqual([expect.objectContaining({ problem: "its record is damaged" })]);
  await record("one", commit, { key: long("1") });
  expect(await problems()).toEqual([]);
});
