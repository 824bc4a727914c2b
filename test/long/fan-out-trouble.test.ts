import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { threadWorkflowId } from "../../workflows/messages.ts";
import { createWorld, type BatonWorld } from "../support/baton-world.ts";
import { terminateThread } from "../support/end-thread.ts";
import { fanOutGoal, taskOf, treeOf, whenTree, writeOwnFile } from "../support/fan-out.ts";
import { fileTask, startPlanned } from "../support/subagents.ts";
import { until } from "../support/until.ts";

let world: BatonWorld;

beforeAll(async () => {
  world = await createWorld({ BATON_EVENTS_PER_RUN: "60" });
});

afterAll(async () => {
  await world.close();
});

const noPlan = { turns: {} };
const patience = 120_000;

/** Waits for a file that the test makes, then does the task. */
function gated(name: string): { readonly open: () => void; readonly script: string } {
  const gate = join(world.root, name);
  return { open: () => writeFileSync(gate, ""), script: `while [ ! -f ${gate} ]; do sleep 0.1; done; ${writeOwnFile}` };
}

/** A goal whose tasks come from elsewhere than a list. */
function listedBy(source: Readonly<Record<string, unknown>>, goal: Readonly<Record<string, unknown>> = {}) {
  const { fan_out: fanOut, agents, ...rest } = fanOutGoal([], { script: writeOwnFile });
  const { tasks: _tasks, ...others } = fanOut as Record<string, unknown>;
  return { ...rest, agents: { ...(agents as object), ...goal }, fan_out: { ...others, ...source } };
}

const nonsense = { use: "command", run: "echo all of it, please" };

async function runsOf(id: string): Promise<number> {
  let runs = 0;
  for await (const _run of (await world.client()).workflow.list({ query: `WorkflowId = '${threadWorkflowId(id)}'` })) runs += 1;
  return runs;
}

describe.concurrent("a fan-out", () => {
  test("that continues as new again and again starts no task twice and loses none", async () => {
    const names = Array.from({ length: 12 }, (_, index) => `n${index}`);
    const thread = await world.start({
      plan: noPlan,
      goal: fanOutGoal(names, { script: writeOwnFile, fan_out: { parallel: 3 } }),
    });
    expect(await thread.settled("achieved", patience)).toMatchObject({ subagents: { merged: 12 }, spent: { turns: 12 } });
    expect((await treeOf(world, thread)).tasks.map(({ tries }) => tries)).toEqual(names.map(() => 1));
    expect(await runsOf(thread.id)).toBeGreaterThan(2);
  });

  test("beside another one with the same tasks takes no subagent away from it", async () => {
    const { open, script } = gated("shared");
    const goal = fanOutGoal(["s1", "s2"], { script });
    const prepared = await world.prepare({ plan: noPlan, goal });
    const first = await world.run(prepared);
    const { tasks } = await whenTree(world, first, { why: "both run", holds: ({ counts }) => counts.running === 2 });
    const second = await world.run(prepared, { args: ["--again"] });
    const other = await whenTree(world, second, {
      why: "it has its own",
      holds: ({ tasks: own }) => own.length === 2 && own.every((task) => task.thread?.endsWith("-2")),
    });
    expect(tasks.map(({ thread }) => `${thread}-2`)).toEqual(other.tasks.map(({ thread }) => thread));
    open();
    for (const each of [first, second]) expect(await each.settled()).toMatchObject({ subagents: { merged: 2 } });
  });

  test("that was ended by hand leaves its subagents to the next run of the goal", async () => {
    const { open, script } = gated("left");
    const prepared = await world.prepare({ plan: noPlan, goal: fanOutGoal(["l1", "l2"], { script }) });
    const first = await world.run(prepared);
    const { tasks } = await whenTree(world, first, { why: "both run", holds: ({ counts }) => counts.running === 2 });
    await terminateThread(world, first.id);
    const second = await world.run(prepared);
    await whenTree(world, second, { why: "it has them", holds: ({ counts }) => counts.running === 2 });
    open();
    expect(await second.settled()).toMatchObject({ subagents: { merged: 2 }, spent: { turns: 2 } });
    expect((await treeOf(world, second)).tasks.map(({ thread }) => thread)).toEqual(tasks.map(({ thread }) => thread));
  });

  test("takes no work that was done on another line of history", async () => {
    const prepared = await world.prepare({ plan: noPlan, goal: fanOutGoal(["h1"], { script: writeOwnFile }) });
    const { repository } = prepared;
    await repository.git("switch", "-q", "-c", "feature");
    repository.write({ "feature.txt": "not for main\n" });
    await repository.git("add", ".");
    await repository.git("commit", "-qm", "Feature");
    await (await world.run(prepared)).settled();
    await repository.git("switch", "-q", "main");
    const thread = await world.run(prepared);
    expect(await thread.settled()).toMatchObject({ spent: { turns: 1 } });
    expect(await repository.git("ls-tree", "-r", "--name-only", thread.branch)).toBe("README.md\nout/h1");
  });

  test("delivers beside what a person committed meanwhile, and not over what they put on its branch", async () => {
    const { open, script } = gated("moved");
    const thread = await world.start({ plan: noPlan, goal: fanOutGoal(["b1"], { script }) });
    await whenTree(world, thread, { why: "it runs", holds: ({ counts }) => counts.running === 1 });
    const { repository } = thread;
    await repository.git("commit", "-q", "--allow-empty", "-m", "Meanwhile");
    await repository.git("branch", thread.branch);
    open();
    expect((await thread.asks()).questions).toMatchObject([{ kind: "delivery" }]);
    await repository.git("branch", "-D", "-q", thread.branch);
    await world.must("answer", thread.id, "continue");
    await thread.settled();
    expect(await repository.git("ls-tree", "--name-only", thread.branch, "out/")).toBe("out/b1");
  });

  test("has a binary file that two tasks changed done again on top of the merged one", async () => {
    const goal = fanOutGoal(["x", "y"], {
      script: 'printf "\\000\\001%s" "$BATON_TASK_NAME" >> logo.bin',
      template: { verify: ['grep -qa "${task.name}" logo.bin'] },
      verify: ["grep -qa x logo.bin && grep -qa y logo.bin"],
    });
    const thread = await world.start({ files: { "logo.bin": "\u0000\u0001start" }, plan: noPlan, goal });
    expect(await thread.settled()).toMatchObject({ subagents: { merged: 2 } });
    expect((await treeOf(world, thread)).tasks.filter(({ rebases }) => rebases === 1)).toHaveLength(1);
  });

  test.each([
    ["prints no task", listedBy({ command: "true" }), /has no task|no task/],
    ["prints 5,000 tasks", listedBy({ command: "seq 5000" }), /5000 tasks; at most 2000/],
    ["never ends", listedBy({ command: "sleep 600", timeout: "1s" }), /1 s|time/],
    ["plans nonsense", listedBy({ planner: true }, { planner: nonsense }), /no list of tasks/],
  ])("whose source of tasks %s asks, and starts nothing", async (_what, goal, text) => {
    const thread = await world.start({ plan: noPlan, goal });
    const { questions, subagents } = await thread.asks();
    expect(questions).toHaveLength(1);
    expect([questions[0]?.text, ...(questions[0]?.facts ?? [])].join("\n")).toMatch(text);
    expect(subagents).toMatchObject({ running: 0, pending: 0 });
    await world.must("answer", thread.id, "stop");
    await thread.settled("stopped");
  });

  test("that is stopped while its subagents are being started leaves none behind", async () => {
    const names = Array.from({ length: 30 }, (_, index) => `q${index}`);
    const thread = await world.start({
      plan: noPlan,
      goal: fanOutGoal(names, { script: "sleep 300", fan_out: { parallel: 30 } }),
    });
    await whenTree(world, thread, { why: "the first are started", holds: ({ counts }) => counts.running > 0 });
    await world.must("stop", thread.id);
    await thread.settled("stopped");
    const open = `BatonRoot = '${thread.id}' AND ExecutionStatus = 'Running'`;
    const { workflow } = await world.client();
    await until(async () => (await workflow.count(open)).count === 0, { why: "none runs on", withinMs: patience });
  });

  test("that is canceled in Temporal itself is stopped, and its subagents with it", async () => {
    const thread = await world.start({ plan: noPlan, goal: fanOutGoal(["z1", "z2"], { script: "sleep 300" }) });
    const { tasks } = await whenTree(world, thread, { why: "both run", holds: ({ counts }) => counts.running === 2 });
    await (await world.client()).workflow.getHandle(threadWorkflowId(thread.id)).cancel();
    expect(await thread.settled("stopped")).toMatchObject({ reason: expect.stringContaining("canceled in Temporal") });
    for (const task of tasks) expect((await world.view(task.thread ?? "")).status).toBe("stopped");
  });

  test("that gets its first limit while it runs keeps it", async () => {
    const { open, script } = gated("limited");
    const goal = fanOutGoal(["v1", "v2", "v3", "v4"], { script, fan_out: { parallel: 2 } });
    const thread = await world.start({ plan: noPlan, goal });
    await whenTree(world, thread, { why: "two run", holds: ({ counts }) => counts.running === 2 });
    await world.must("budget", thread.id, "--turns", "3");
    open();
    const { questions, spent } = await thread.asks();
    expect(questions).toMatchObject([{ kind: "budget" }]);
    expect(spent.turns).toBe(3);
    await world.must("budget", thread.id, "--turns", "+1");
    expect(await thread.settled()).toMatchObject({ subagents: { merged: 4 }, spent: { turns: 4 } });
  });

  test("whose tasks an agent asked for continues as new while that waits, and hears of all", async () => {
    const gate = join(world.root, "asked-for");
    const names = ["r1", "r2", "r3", "r4"];
    const tasks = names.map((name) => fileTask(name, [{ sh: `until [ -f ${gate} ]; do sleep 0.1; done` }]));
    const thread = await startPlanned(world, "waits", {
      plan: { 1: [{ tool: "spawn", input: { tasks } }], 2: [{ sh: "touch enough" }] },
      verify: ["test -f enough"],
      keys: { budget: { turns: 12 } },
    });
    await until(async () => (await runsOf(thread.id)) > 1, { why: "it has continued as new", withinMs: patience });
    expect(await thread.view()).toMatchObject({ turn: 1, subagents: { running: 4 } });
    writeFileSync(gate, "");
    expect(await thread.settled("achieved", patience)).toMatchObject({ turn: 2, subagents: { achieved: 4 } });
    expect((await treeOf(world, thread)).tasks.map(({ tries }) => tries)).toEqual([1, 1, 1, 1]);
  });

  test("does a task that stands there twice once", async () => {
    const thread = await world.start({ plan: noPlan, goal: fanOutGoal(["d", "d"], { script: writeOwnFile }) });
    expect(await thread.settled()).toMatchObject({ subagents: { merged: 1 }, spent: { turns: 1 } });
  });

  test("moves to another host without losing sight of its subagents, and to no other Temporal Service", async () => {
    const { open, script } = gated("handed");
    const thread = await world.start({ plan: noPlan, goal: fanOutGoal(["o1", "o2"], { script }) });
    await whenTree(world, thread, { why: "both run", holds: ({ counts }) => counts.running === 2 });
    const { thread: subagent } = await taskOf(world, thread, "o1");
    const depart = { args: [{ to: "team:", service: "b", from: "a", mode: "drain", placement: null, by: "ann" }] };
    const client = await world.client();
    for (const id of [thread.id, subagent ?? ""])
      await expect(client.workflow.getHandle(threadWorkflowId(id)).executeUpdate("depart", depart as never)).rejects.toThrow();
    await world.host("second");
    await world.must("handoff", thread.id, "--to", "second");
    open();
    expect(await thread.settled()).toMatchObject({ subagents: { merged: 2 } });
  });
});
