import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { asyncLocalStorage, type Context } from "@temporalio/activity";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { FanOut } from "../domain/fan-out/fan-out.ts";
import type { Goal } from "../domain/goal.ts";
import type { TaskSource } from "../domain/fan-out/task.ts";
import type { TranscriptEntry } from "../domain/transcript.ts";
import { git } from "../git/git.ts";
import { commitAll, scratchFolder, storeOf } from "../git/test-repository.ts";
import { checkpointOf, createTestWork, startTestHub, type TestHub } from "../hub/test-hub.ts";
import { createAgentGate } from "./agents/agent-gate.ts";
import type { HostContext } from "./host-context.ts";
import { listTasks } from "./list-tasks.ts";
import { createOpenThreads, makeThreadFolder, threadFolder, workspaceOf, type OpenThreads } from "./workspace/open-threads.ts";
import { transcriptsSent } from "./transcript-writer.ts";

const thread = "all-7f3k";
let folder: ReturnType<typeof scratchFolder>;
let running: TestHub;
let threads: OpenThreads;
let host: HostContext;
let draining: AbortController;
let canceled: AbortController;
let repository: { id: string; name: string; base: string; shallow: string[] };

beforeEach(async () => {
  folder = scratchFolder();
  const user = join(folder.path, "user");
  mkdirSync(join(user, "src"), { recursive: true });
  for (const name of ["a", "b", "c"]) writeFileSync(join(user, `src/${name}.ts`), name);
  repository = { id: "shop-00000000", name: "shop", base: await commitAll(user), shallow: [] };
  running = await startTestHub(join(folder.path, "hub"));
  [draining, canceled] = [new AbortController(), new AbortController()];
  host = {
    host: `test-${process.pid}`,
    folder: join(folder.path, "host"),
    hub: running.hub,
    logger: pino({ enabled: false }),
    env: process.env,
    agents: createAgentGate({ limits: {}, backoffMs: 10, backoffMaxMs: 100 }),
    draining: draining.signal,
  } as unknown as HostContext;
  threads = createOpenThreads();
  const place = threadFolder(host.folder, thread, repository.id);
  mkdirSync(join(host.folder, "repositories"), { recursive: true });
  await makeThreadFolder(place);
  await storeOf(user, repository.base, place.store);
  const workspace = workspaceOf(place, { host, thread, repository });
  threads.set({
    thread,
    epoch: 1,
    repository,
    folder: place,
    workspace,
    commit: repository.base,
    snapshot: null,
    prepared: null,
  });
});

afterEach(async () => {
  await transcriptsSent();
  await running.stop();
  folder.remove();
});

const template = {
  goal: "Mend ${task.path}",
  scope: { allow: ["${task.path}"], protect: [] },
  done: [],
  verify: [{ name: "tests", run: "true", timeoutMs: 1000 }],
  agents: { worker: { use: "command", args: [], env: ["KIND=ts"] }, judge: { use: "none" } },
  budget: { turnTimeMs: 1000 },
  onFailure: { sameFailure: 3, noProgress: 3, then: "ask" },
  risk: [],
  deliver: {},
} satisfies Goal;

function list(tasks: TaskSource, more: Partial<Goal> = {}, order: FanOut["order"] = "listed") {
  const fanOut = { tasks, template, order, race: [], merge: { verify: [], batch: 16, rebases: 1 } } as unknown as FanOut;
  const goal: Goal = { ...template, goal: "Mend everything", ...more, fanOut };
  const context = { cancellationSignal: canceled.signal, info: {} } as unknown as Context;
  return asyncLocalStorage.run(context, () => listTasks(host, threads, { thread, epoch: 1, repository, goal }));
}

const command = (run: string): TaskSource => ({ kind: "command", run, timeoutMs: 10_000 });
const pathsOf = ({ tasks }: Awaited<ReturnType<typeof list>>) => tasks.map(({ fields }) => fields["path"]);

async function events() {
  await transcriptsSent();
  const found: TranscriptEntry["event"][] = [];
  for await (const { line } of running.hub.tailTranscript({ thread, offset: 0, follow: false }))
    found.push((JSON.parse(line) as TranscriptEntry).event);
  return found;
}

describe("the tasks of a goal", () => {
  test("come from a list, each once", async () => {
    const tasks = ["b", "a", "b"].map((path) => ({ name: path, fields: { path, name: path } }));
    const listed = await list({ kind: "list", tasks });
    expect(listed).toMatchObject({ duplicates: 1, usage: { input: 0 } });
    expect(pathsOf(listed)).toEqual(["b", "a"]);
    expect(await events()).toEqual([{ kind: "tasks listed", tasks: 2, done: 0, duplicates: 1 }]);
  });

  test("come from files of the base, shuffled the same way each time", async () => {
    const files: TaskSource = { kind: "files", globs: ["src"] };
    expect(pathsOf(await list(files))).toEqual(["src/a.ts", "src/b.ts", "src/c.ts"]);
    const { tasks } = await list(files, {}, "shuffled");
    expect(tasks.map(({ key }) => key)).toEqual(tasks.map(({ key }) => key).toSorted());
  });

  test("come from a command in a clean checkout, with setup done and the worker's environment", async () => {
    const run = 'cat made-by-setup >&2 && for f in src/*."$KIND"; do echo "{\\"path\\": \\"$f\\"}"; done';
    const listed = await list(command(run), { setup: "echo yes > made-by-setup" });
    expect(pathsOf(listed)).toEqual(["src/a.ts", "src/b.ts", "src/c.ts"]);
    expect(listed.activeMs).toBeGreaterThan(0);
    expect((await events()).map(({ kind }) => kind)).toEqual(["workspace", "workspace", "tasks listed"]);
  });

  test("come from the planner, which sees the checkout", async () => {
    const answer = 'printf \'{"tasks": [{"name": "all", "path": "%s"}]}\' "$(ls src | tr "\\n" " ")"';
    const planner = { use: "command", bin: "/bin/sh", args: ["-c", answer], env: [], timeoutMs: 10_000 } as const;
    const listed = await list({ kind: "planner" }, { agents: { ...template.agents, planner } });
    expect(pathsOf(listed)).toEqual(["a.ts b.ts c.ts "]);
  });
});

test("work that achieved a task before is named", async () => {
  const work = await createTestWork();
  const claim = { repository: repository.id, thread: "earlier", epoch: 1 };
  await running.hub.claimEpoch(claim);
  const made = await work.commit("done");
  await running.hub.pushCheckpoint(checkpointOf(made, claim), work.pack(made.commit));
  work.remove();
  const files: TaskSource = { kind: "files", globs: ["src"] };
  const key = (await list(files)).tasks[1]!.key;
  await running.hub.recordResult({ ...claim, key, commit: made.commit });
  const { tasks } = await list(files);
  expect(tasks.map((task) => task.done)).toEqual([undefined, { thread: "earlier", commit: made.commit }, undefined]);
  // Somebody else's line of history would come along with such work.
  await running.hub.recordResult({ ...claim, key, commit: made.commit, base: made.commit });
  expect((await list(files)).tasks.map(({ done }) => done)).toEqual([undefined, undefined, undefined]);
  await running.hub.recordResult({ ...claim, key, commit: made.commit, base: repository.base });
  expect((await list(files)).tasks[1]?.done).toMatchObject({ commit: made.commit });
  const [last] = (await events()).slice(-1);
  expect(last).toEqual({ kind: "tasks listed", tasks: 3, done: 1, duplicates: 0 });
});

test("work done on top of other tasks' work counts where that is taken as well, and nowhere else", async () => {
  const work = await createTestWork();
  const claim = { repository: repository.id, thread: "earlier", epoch: 1 };
  await running.hub.claimEpoch(claim);
  const a = await work.commit("a");
  const onTop = async (tree: string, ...parents: string[]) =>
    (await git(["commit-tree", tree, ...parents.flatMap((parent) => ["-p", parent]), "-m", "m"], { cwd: work.path }))
      .toString()
      .trim();
  const stack = await onTop(a.tree, work.base, a.commit);
  const { tree } = await work.commit("b");
  const b = await onTop(tree, stack);
  await running.hub.pushCheckpoint(checkpointOf({ commit: b, tree }, claim), work.pack(b));
  work.remove();
  const [first, second] = (await list({ kind: "files", globs: ["src"] })).tasks;
  await running.hub.recordResult({ ...claim, key: first!.key, commit: a.commit });
  await running.hub.recordResult({ ...claim, key: second!.key, commit: b, base: stack });
  const done = async (glob: string) =>
    (await list({ kind: "files", globs: [glob] })).tasks.map((task) => task.done?.commit ?? "");
  expect(await done("src")).toEqual([a.commit, b, ""]);
  expect(await done("src/[bc].ts")).toEqual(["", ""]);
});

test("nothing is listed when a task lacks a field, or there is no task, or no planner", async () => {
  const odd = { kind: "list", tasks: [{ name: "odd", fields: { name: "odd" } }] } as const;
  await expect(list(odd)).rejects.toMatchObject({
    type: "GoalFile",
    message: expect.stringMatching(/"odd" has no field "path"/),
  });
  await expect(list({ kind: "list", tasks: [] })).rejects.toMatchObject({ type: "GoalFile", where: "fan_out.tasks" });
  await expect(list({ kind: "planner" })).rejects.toMatchObject({ type: "GoalFile", where: "agents.planner" });
  await expect(list(command("exit 3"))).rejects.toMatchObject({ type: "TaskList" });
});

test("a listing that is cut short is nobody's failure", async () => {
  const canceling = list(command("sleep 300"));
  canceled.abort(new Error("canceled by the thread"));
  await expect(canceling).rejects.toThrow("canceled by the thread");
  canceled = new AbortController();
  const draining_ = list(command("sleep 300"));
  draining.abort();
  await expect(draining_).rejects.toMatchObject({ type: "WorkerShutdown" });
});

test("a thread that is not open here under this epoch lists nothing", async () => {
  threads.forget({ thread, epoch: 1 });
  await expect(list({ kind: "files", globs: ["src"] })).rejects.toMatchObject({ type: "StaleEpoch" });
});
