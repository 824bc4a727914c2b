import { asyncLocalStorage, type Context } from "@temporalio/activity";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Check } from "../domain/goal.ts";
import type { RepositoryRef } from "../domain/repository.ts";
import { git } from "../git/git.ts";
import { indexPack, packObjects } from "../git/pack.ts";
import { commitAll, scratchFolder } from "../git/test-repository.ts";
import { startTestHub, type TestHub } from "../hub/test-hub.ts";
import type { HubClient } from "../hub/hub-client.ts";
import { BatonFailure } from "../domain/failure.ts";
import { createBusyThreads } from "./busy-threads.ts";
import type { HostContext } from "./host-context.ts";
import { mergeBatch } from "./merge-batch.ts";
import { createOpenThreads } from "./workspace/open-threads.ts";
import { openWorkspace } from "./open-workspace.ts";
import type { MergeCandidate, MergeInput } from "./thread-activities.ts";
import { transcriptsSent } from "./transcript-writer.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let folder: ReturnType<typeof scratchFolder>;
let hub: TestHub;
let repository: RepositoryRef;
let counted: string;

const work = () => join(folder.path, "work");
const run = async (...args: string[]) => (await git(args, { cwd: work() })).toString().trim();

beforeEach(async () => {
  folder = scratchFolder();
  hub = await startTestHub(join(folder.path, "hub"));
  counted = join(folder.path, "verified");
  write({ "a.txt": "a\n", "shared.txt": "1\n2\n3\n4\n5\n6\n7\n8\n9\n" });
  const base = await commitAll(work());
  repository = { id: "repo-1", base } as RepositoryRef;
  await hub.hub.pushBase({ repository: "repo-1", commit: base }, packOf(base));
});
afterEach(async () => {
  await transcriptsSent();
  await hub.stop();
  folder.remove();
});

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, content] of Object.entries(files)) {
    const path = join(work(), name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
}

const packOf = (want: string, haves: readonly string[] = []) =>
  packObjects({ gitDir: join(work(), ".git"), wants: [want], haves });

/** A subagent that has achieved: its commit is its checkpoint in the hub. */
async function subagent(name: string, files: Readonly<Record<string, string>>, from = repository.base): Promise<MergeCandidate> {
  await run("checkout", "--quiet", "--force", "--detach", from);
  write(files);
  const commit = await commitAll(work(), name);
  const tree = await run("rev-parse", `${commit}^{tree}`);
  const claim = { repository: "repo-1", thread: `sub-${name}`, epoch: 1 };
  await hub.hub.claimEpoch(claim);
  await hub.hub.pushCheckpoint({ ...claim, turn: 1, partial: false, snapshot: commit, commit, tree }, packOf(commit, [from]));
  return { key: `key-${name}`, name, thread: `sub-${name}`, commit };
}

interface Opened {
  readonly merge: (input?: Partial<MergeInput>) => ReturnType<typeof mergeBatch>;
  readonly opened: Awaited<ReturnType<typeof openWorkspace>>;
  readonly store: string;
  /** Whether the thread's work tree on the host has a file. */
  readonly has: (file: string) => boolean;
}

/** The coordinator's thread on a host of its own. */
async function coordinator(epoch = 1, more: Partial<HostContext> = {}): Promise<Opened> {
  const never = new AbortController().signal;
  const host: HostContext = {
    host: `test-${process.pid}-${epoch}`,
    incarnation: "1",
    folder: join(folder.path, `host-${epoch}`),
    hub: hub.hub,
    logger: pino({ level: "silent" }),
    env: process.env,
    places: {} as HostContext["places"],
    agents: {} as HostContext["agents"],
    checkpointMs: 60_000,
    labels: [],
    busy: createBusyThreads(),
    leaving: never,
    draining: never,
    ending: never,
    temporalReachable: async () => undefined,
    signalHeld: async () => undefined,
    agentRequests: {} as HostContext["agentRequests"],
    ...more,
  };
  const threads = createOpenThreads();
  const context = { cancellationSignal: never } as Context;
  const claim = { thread: "goal", epoch, repository, env: [] };
  const opened = await asyncLocalStorage.run(context, () => openWorkspace(host, threads, { ...claim, turn: 1 }));
  const input: MergeInput = { ...claim, merge: 1, onto: repository.base, candidates: [], checks: [], checksOf: {}, scope: all };
  return {
    opened,
    store: join(host.folder, "repositories", "repo-1.git"),
    has: (file) => existsSync(join(host.folder, "threads", "goal", "work", file)),
    merge: (changed = {}) => asyncLocalStorage.run(context, () => mergeBatch(host, threads, { ...input, ...changed })),
  };
}

const all = { allow: [], protect: [] };
const check = (run: string, more: Partial<Check> = {}): Check => ({ name: "tests", run, timeoutMs: 10_000, ...more });

/** What the coordinator's checkpoint in the hub holds. */
async function merged(): Promise<{ files: string[]; log: string }> {
  const { checkpoint } = await hub.hub.readCheckpoint({ repository: "repo-1", thread: "goal" });
  const gitDir = join(folder.path, "hub", "repositories", "repo-1.git");
  const show = async (...args: string[]) => (await git(args, { cwd: gitDir, gitDir })).toString().trim();
  const commit = checkpoint?.commit ?? "";
  await show("fsck", "--connectivity-only", checkpoint?.snapshot ?? "");
  return {
    files: (await show("ls-tree", "--name-only", "-r", commit)).split("\n"),
    log: await show("log", "--format=%s", "--first-parent", commit),
  };
}

/** One subagent a letter, each with a file of its own. */
async function few(names: string): Promise<MergeCandidate[]> {
  const made: MergeCandidate[] = [];
  for (const name of names) made.push(await subagent(name, { [`${name}.txt`]: name }));
  return made;
}

/** Many at once, in the hub by one commit that has all of them as parents. */
async function many(count: number): Promise<MergeCandidate[]> {
  const names = Array.from({ length: count }, (_, index) => `${index}`);
  const head = (name: string) => `commit refs/heads/${name}\ncommitter B <b@localhost> 1700000000 +0000\ndata 0\n`;
  const made = names.map((name) => `${head(name)}from ${repository.base}\nM 100644 inline file-${name}.txt\ndata 1\nx\n`);
  const merges = names.map((name) => `merge refs/heads/${name}\n`).join("");
  const input = `${made.join("")}${head("all")}from ${repository.base}\n${merges}`;
  await git(["fast-import", "--quiet"], { cwd: work(), stdin: input });
  const ids = (await run("rev-parse", "all", ...names)).split("\n");
  await hub.hub.pushBase({ repository: "repo-1", commit: ids[0] ?? "" }, packOf(ids[0] ?? "", [repository.base]));
  return names.map((name, index) => ({ key: `key-${name}`, name, thread: `sub-${name}`, commit: ids[index + 1] ?? "" }));
}

describe("a merge of subagents' work", () => {
  test("is verified once as a whole and becomes the thread's checkpoint", async () => {
    const candidates = await few("bcd");
    const { merge, has } = await coordinator();
    const checksOf = { "key-b": [check("test -f b.txt"), check("test -f a.txt")], "key-c": [check("test -f a.txt")] };
    const report = await merge({
      candidates,
      checksOf,
      checks: [check(`echo x >> ${counted}`)],
      scope: { ...all, allow: ["b*"] },
    });
    expect(report).toMatchObject({ merge: 1, merged: ["key-b", "key-c", "key-d"], refused: [], verifications: 1 });
    expect(has("d.txt")).toBe(true);
    expect(report.changes).toEqual({ files: 3, outOfScope: ["c.txt", "d.txt"], outOfScopeCount: 2, restored: [] });
    const { files, log } = await merged();
    expect(files).toEqual(["a.txt", "b.txt", "c.txt", "d.txt", "shared.txt"]);
    expect(log).toBe("Merge d\nMerge c\nMerge b\ncommit");
  });

  test("leaves a conflict and a red one out, with evidence, and takes the rest", async () => {
    const candidates = [
      await subagent("one", { "shared.txt": "1\n2\n3\n4\nONE\n6\n7\n8\n9\n" }),
      await subagent("two", { "shared.txt": "1\n2\n3\n4\nTWO\n6\n7\n8\n9\n" }),
      await subagent("bad", { "bad.txt": "b" }),
      await subagent("three", { "three.txt": "3" }),
    ];
    const { merge } = await coordinator();
    const report = await merge({ candidates, checks: [check("echo looking; test ! -f bad.txt")] });
    expect(report.merged).toEqual(["key-one", "key-three"]);
    expect(report.refused).toMatchObject([
      { key: "key-two", why: "conflict", text: "contents of shared.txt" },
      { key: "key-bad", why: "red", text: "fails tests" },
    ]);
    expect(report.refused[0]?.evidence).toContain("<<<<<<< merged-stack\nONE\n=======\nTWO\n>>>>>>> this-task");
    expect(report.refused[1]?.evidence).toBe("tests: exit code 1\nlooking");
    expect((await merged()).files).toEqual(["a.txt", "shared.txt", "three.txt"]);
  });

  test("of two that only break together refuses the later, and gives what conflicted with it another chance", async () => {
    const candidates = [
      await subagent("left", { "left.txt": "l" }),
      await subagent("other", { "other.txt": "o" }),
      await subagent("right", { "right.txt": "r", "shared.txt": "R\n2\n3\n4\n5\n6\n7\n8\n9\n" }),
      await subagent("late", { "shared.txt": "L\n2\n3\n4\n5\n6\n7\n8\n9\n" }),
    ];
    const { merge } = await coordinator();
    const report = await merge({ candidates, checks: [check("test ! -f left.txt || test ! -f right.txt")] });
    expect(report.merged).toEqual(["key-left", "key-other", "key-late"]);
    expect(report.refused.map(({ key }) => key)).toEqual(["key-right"]);
  });

  test("verifies a red stack once more when everything below it is green", async () => {
    const { merge } = await coordinator();
    const report = await merge({
      candidates: await few("bc"),
      checks: [check(`test -f c.txt || exit 0; mkdir ${counted} && exit 1; true`)],
    });
    expect(report).toMatchObject({ merged: ["key-b", "key-c"], refused: [], verifications: 3 });
  });

  test("blames nobody for checks that are red without any of it", async () => {
    const { merge } = await coordinator();
    const checks = [
      check(`echo x >> ${counted}; false`, { name: "never" }),
      check("test -f c.txt", { name: "by c" }),
      check("test ! -f d.txt", { name: "not d" }),
    ];
    const report = await merge({ candidates: await few("bcde"), checks });
    expect(report).toMatchObject({ merged: ["key-b", "key-c", "key-e"], knownRed: ["never"] });
    expect(report.refused).toMatchObject([{ key: "key-d", text: "fails not d", evidence: "not d: exit code 1" }]);
    rmSync(counted);
    const again = { merge: 2, onto: report.checkpoint!.commit, knownRed: report.knownRed!, candidates: await few("f") };
    expect(await merge({ ...again, checks })).toMatchObject({ merged: ["key-f"], verifications: 1, knownRed: ["never"] });
    expect(await merge({ ...again, merge: 3, checks: [check("true", { name: "never" })] })).not.toHaveProperty("knownRed");
  });

  test("pushes nothing when nothing is left", async () => {
    const { merge } = await coordinator();
    const report = await merge({ candidates: await few("b"), checks: [check("test ! -f b.txt")] });
    expect(report).toMatchObject({ checkpoint: null, changes: null, merged: [], refused: [{ key: "key-b" }] });
    expect((await hub.hub.readCheckpoint({ repository: "repo-1", thread: "goal" })).checkpoint).toBeUndefined();
  });

  test("counts what changed nothing, and what is in already, as merged", async () => {
    const [b] = await few("b");
    const same: MergeCandidate = { key: "key-same", name: "same", thread: "sub-same", commit: repository.base };
    const { merge } = await coordinator();
    const first = await merge({ candidates: [same] });
    expect(first).toMatchObject({ merged: ["key-same"], changes: { files: 0 } });
    expect(first.checkpoint?.commit).toBe(repository.base);
    const second = await merge({ merge: 2, candidates: [b!] });
    const third = await merge({ merge: 3, onto: second.checkpoint!.commit, candidates: [b!] });
    expect(third).toMatchObject({ merged: ["key-b"], checkpoint: { commit: second.checkpoint?.commit } });
  });

  test("refuses work that the hub has lost, and takes the rest", async () => {
    const lost = { key: "key-lost", name: "lost", thread: "sub-lost", commit: "1".repeat(40) };
    const { merge } = await coordinator();
    const report = await merge({ candidates: [lost, ...(await few("b"))] });
    expect(report).toMatchObject({ merged: ["key-b"], refused: [{ key: "key-lost", why: "lost" }] });
    expect(report.refused[0]?.text).toContain("sub-lost");
  });

  test("brings work back to a hub that lost what the host still has", async () => {
    const { merge, store } = await coordinator();
    await run("checkout", "--quiet", "--detach", repository.base);
    write({ "b.txt": "b" });
    const commit = await commitAll(work(), "b");
    await indexPack({ gitDir: store }, packOf(commit, [repository.base]));
    const report = await merge({ candidates: [{ key: "key-b", name: "b", thread: "sub-b", commit }] });
    expect(report.merged).toEqual(["key-b"]);
    expect((await merged()).files).toContain("b.txt");
  });

  test("runs setup before the checks", async () => {
    const { merge } = await coordinator();
    const report = await merge({ candidates: await few("b"), setup: "echo made > made.txt", checks: [check("cat made.txt")] });
    expect(report.merged).toEqual(["key-b"]);
  });

  test("takes a hundred branches in one verification", async () => {
    const candidates = await many(100);
    const { merge } = await coordinator();
    const report = await merge({ candidates, checks: [check("test $(ls | wc -l) -gt 50 || test ! -f file-70.txt")] });
    expect(report).toMatchObject({ refused: [], verifications: 1 });
    expect(report.merged).toHaveLength(100);
    expect((await merged()).files).toHaveLength(102);
  });
});

describe("a merge that is asked for again", () => {
  test("after a crash once it was pushed is taken from the hub, on another host, without work", async () => {
    const candidates = await few("bc");
    const { merge } = await coordinator();
    const checks = [check(`echo x >> ${counted}`)];
    const report = await merge({ candidates, checks });
    rmSync(counted);
    const next = await coordinator(2);
    expect(next.opened.newest).toBeNull();
    expect(next.has("c.txt")).toBe(true);
    expect(await next.merge({ candidates, checks })).toEqual(report);
    expect(() => rmSync(counted)).toThrow("ENOENT");
    const more = await next.merge({
      merge: 2,
      onto: report.checkpoint!.commit,
      candidates: [await subagent("d", { "d.txt": "d" })],
      checks,
    });
    expect(more.merged).toEqual(["key-d"]);
    expect((await merged()).files).toEqual(["a.txt", "b.txt", "c.txt", "d.txt", "shared.txt"]);
  });

  test("after a crash before it was pushed gives the same stack", async () => {
    const candidates = await few("bc");
    const broken: HubClient = { ...hub.hub, pushCheckpoint: () => Promise.reject(new BatonFailure("Workspace", "killed")) };
    await expect((await coordinator(1, { hub: broken })).merge({ candidates })).rejects.toThrow("killed");
    const tried = await (await coordinator(2)).merge({ candidates });
    const elsewhere = await (await coordinator(3)).merge({ merge: 2, candidates });
    expect(tried.checkpoint?.tree).toBe(elsewhere.checkpoint?.tree);
    expect(tried.checkpoint?.commit).toBe(elsewhere.checkpoint?.commit);
  });

  test("waits out a hub that is away, also when only the answer was lost", async () => {
    let calls = 0;
    const shaky: HubClient = {
      ...hub.hub,
      async pushCheckpoint(request, pack) {
        calls += 1;
        await hub.hub.pushCheckpoint(request, pack);
        if (calls === 1) throw new BatonFailure("HubUnreachable", "gone");
      },
    };
    const { merge } = await coordinator(1, { hub: shaky });
    expect((await merge({ candidates: await few("b") })).merged).toEqual(["key-b"]);
    expect(calls).toBe(2);
  });

  test("under an epoch that is over is refused", async () => {
    const { merge } = await coordinator();
    await coordinator(2);
    await expect(merge({ candidates: await few("b") })).rejects.toMatchObject({ type: "StaleEpoch" });
  });

  test("is not done by halves while the host drains", async () => {
    const draining = AbortSignal.abort();
    const { merge } = await coordinator(1, { draining });
    await expect(merge({ candidates: await few("b") })).rejects.toThrow("drains");
  });
});
