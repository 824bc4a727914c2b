import { copyFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createWorld, type BatonWorld } from "../support/baton-world.ts";
import { terminateThread } from "../support/end-thread.ts";
import { fanOutGoal, taskOf, treeOf, whenTree, writeOwnFile } from "../support/fan-out.ts";
import { until } from "../support/until.ts";

let world: BatonWorld;

beforeAll(async () => {
  world = await createWorld();
});

afterAll(async () => {
  await world.close();
});

const noPlan = { turns: {} };

describe.concurrent("what a fan-out does about", () => {
  test("the budget of the whole tree: parks with one question, and goes on when there is more", async () => {
    const goal = fanOutGoal(["1", "2", "3", "4", "5", "6"], { script: writeOwnFile, budget: { turns: 4 } });
    const thread = await world.start({ plan: noPlan, goal });
    const view = await thread.asks(90_000);
    expect(view.questions).toMatchObject([{ kind: "budget" }]);
    expect(view.spent.turns).toBe(4);
    const { tasks } = await treeOf(world, thread);
    const asking = await Promise.all(tasks.flatMap(({ thread: id }) => (id === null ? [] : [world.view(id)])));
    expect(asking.flatMap(({ questions }) => questions)).toEqual([]);
    await world.must("budget", thread.id, "--turns", "+2");
    expect(await thread.settled()).toMatchObject({ subagents: { merged: 6 }, spent: { turns: 6 } });
  });

  test("wall time alone: parks the tree when it is over, whatever its subagents do", async () => {
    const gate = join(world.root, "in-no-hurry");
    const script = `while [ ! -f ${gate} ]; do sleep 0.1; done; ${writeOwnFile}`;
    const thread = await world.start({ plan: noPlan, goal: fanOutGoal(["slow"], { script, budget: { wall_time: "12s" } }) });
    expect((await thread.asks(90_000)).questions).toMatchObject([{ kind: "budget" }]);
    writeFileSync(gate, "");
    await world.must("budget", thread.id, "--wall-time", "+1h");
    expect(await thread.settled()).toMatchObject({ subagents: { merged: 1 } });
  });

  test("a pilot: runs it alone, and asks before the rest", async () => {
    const goal = fanOutGoal(["first", "second", "third"], { script: writeOwnFile, fan_out: { pilot: 1 } });
    const thread = await world.start({ plan: noPlan, goal });
    expect((await thread.asks()).questions).toMatchObject([{ kind: "pilot" }]);
    expect((await treeOf(world, thread)).counts).toMatchObject({ merged: 1, pending: 2 });
    await world.must("answer", thread.id, "continue");
    expect(await thread.settled()).toMatchObject({ subagents: { merged: 3 } });
  });

  test("tasks that a person wants to see first", async () => {
    const files = { "list.sh": 'printf "%s\\n" "# two of them" \'{"name": "json one", "n": 1}\' plain\n' };
    const { fan_out: fanOut, ...goal } = fanOutGoal([], { script: writeOwnFile, fan_out: { approve: true } });
    const { tasks: _tasks, ...rest } = fanOut as Record<string, unknown>;
    const thread = await world.start({ files, plan: noPlan, goal: { ...goal, fan_out: { ...rest, command: "sh list.sh" } } });
    const { questions } = await thread.asks();
    expect(questions).toMatchObject([{ kind: "tasks", facts: ["json one", "plain"] }]);
    await world.must("answer", thread.id, "continue");
    await thread.settled();
    expect(await thread.repository.git("ls-tree", "--name-only", thread.branch, "out/")).toBe("out/json one\nout/plain");
  });

  test("one cause that stops them all: asks once, again while it lasts, and tries again when it is mended", async () => {
    const broken = join(world.root, "broken");
    writeFileSync(broken, "");
    const refuse = `echo '{"failure":{"reason":"auth","detail":"log in first"}}' > "$BATON_RESULT_FILE"; exit 1`;
    const goal = fanOutGoal(["c1", "c2", "c3", "c4", "c5", "c6"], {
      script: `if [ -f ${broken} ]; then ${refuse}; fi; ${writeOwnFile}`,
      fan_out: { parallel: 3 },
    });
    const thread = await world.start({ plan: noPlan, goal });
    const { questions } = await thread.asks(90_000);
    expect(questions).toMatchObject([{ kind: "subagents" }]);
    expect(questions[0]?.text).toContain("log in first");
    expect((await treeOf(world, thread)).counts).toMatchObject({ running: 3, pending: 3 });
    await world.must("answer", thread.id, "continue");
    await thread.when("it asks again", ({ questions: [again] }) => again?.kind === "subagents" && again.id !== questions[0]?.id);
    rmSync(broken);
    await world.must("answer", thread.id, "continue");
    expect(await thread.settled("achieved", 90_000)).toMatchObject({ subagents: { merged: 6 } });
  });

  test("one cause that each task meets on a file of its own: asks once", async () => {
    const goal = fanOutGoal(["apples", "b", "$(c)", "dates"], {
      script: "true",
      template: { verify: ['grep done "out/${task.name}.txt"'], on_failure: { same_failure: 1, no_progress: 1, then: "stop" } },
    });
    const thread = await world.start({ plan: noPlan, goal });
    const { questions } = await thread.asks(90_000);
    expect(questions).toMatchObject([
      { kind: "subagents", text: expect.stringMatching(/^[34] subagents .* same reason/) as string },
    ]);
    await world.must("answer", thread.id, "stop");
    await thread.settled("stopped");
  });

  test("one file in which all results conflict: asks before any is made again", async () => {
    const goal = fanOutGoal(["k1", "k2", "k3", "k4", "k5"], {
      script: 'echo "$BATON_TASK_NAME" >> shared.txt',
      template: { verify: ['grep -qx "${task.name}" shared.txt'] },
      fan_out: { parallel: 5 },
    });
    const thread = await world.start({ files: { "shared.txt": "start\n" }, plan: noPlan, goal });
    const { questions } = await thread.asks(90_000);
    expect(questions).toMatchObject([{ kind: "subagents", text: expect.stringMatching(/4 tasks.*shared.txt/) as string }]);
    expect((await treeOf(world, thread)).tasks.map(({ tries }) => tries)).toEqual([1, 1, 1, 1, 1]);
    await world.must("answer", thread.id, "stop");
    await thread.settled("stopped");
  });

  test("a subagent that somebody ended in Temporal: its task has failed", async () => {
    const gate = join(world.root, "let-go");
    const goal = fanOutGoal(["kept", "ended"], {
      script: `while [ ! -f ${gate} ]; do sleep 0.1; done; ${writeOwnFile}`,
      fan_out: { on_task_failure: "continue" },
    });
    const thread = await world.start({ plan: noPlan, goal });
    await whenTree(world, thread, { why: "both run", holds: ({ counts }) => counts.running === 2 });
    const { thread: id } = await taskOf(world, thread, "ended");
    await terminateThread(world, id ?? "");
    await until(async () => (await taskOf(world, thread, "ended")).status === "failed", { why: "the loss is noticed" });
    writeFileSync(gate, "");
    expect(await thread.settled()).toMatchObject({ subagents: { merged: 1, left: 1 } });
  });

  test("a task whose earlier subagent Temporal forgot: starts another, with nothing of the earlier one", async () => {
    const mended = join(world.root, "mended");
    const goal = fanOutGoal(["again"], {
      script: `echo x >> old.txt; if [ -f ${mended} ]; then ${writeOwnFile}; fi`,
      template: { budget: { turns: 1 } },
      fan_out: { on_task_failure: "continue" },
    });
    const prepared = await world.prepare({ plan: noPlan, goal });
    const first = await world.run(prepared);
    await first.settled("failed");
    const { thread: earlier } = await taskOf(world, first, "again");
    // Temporal never heard of a second one; the hub keeps what it made.
    const records = join(world.env["BATON_STATE_DIR"] ?? "", "hub", "threads");
    copyFileSync(join(records, `${earlier}.json`), join(records, `${earlier}-2.json`));
    writeFileSync(mended, "");
    const second = await world.run(prepared);
    expect(await second.settled()).toMatchObject({ spent: { turns: 1 }, subagents: { merged: 1 } });
    expect((await taskOf(world, second, "again")).thread).toBe(`${earlier}-3`);
    expect(await second.repository.file(second.branch, "old.txt")).toBe("x");
    expect(await world.view(`${earlier}-2`)).toMatchObject({ status: "stopped", spent: { turns: 0 } });
  });

  test("a task that failed, when none may", async () => {
    const goal = fanOutGoal(["fine", "poor"], {
      script: `if [ "$BATON_TASK_NAME" != poor ]; then ${writeOwnFile}; fi`,
      template: { budget: { turns: 1 } },
      fan_out: { on_task_failure: "stop" },
    });
    const thread = await world.start({ plan: noPlan, goal });
    const { reason } = await thread.settled("failed");
    expect(reason).toContain("the task poor failed: the budget is exhausted");
  });

  test("a task command that fails: says what it printed, and lists again when it is mended", async () => {
    const { fan_out: fanOut, ...goal } = fanOutGoal([], { script: writeOwnFile });
    const { tasks: _tasks, ...rest } = fanOut as Record<string, unknown>;
    const list = join(world.root, "tasks.txt");
    const thread = await world.start({ plan: noPlan, goal: { ...goal, fan_out: { ...rest, command: `cat ${list}` } } });
    const { questions } = await thread.asks();
    expect(questions[0]?.text).toMatch(/exit code 1[\s\S]*No such file/);
    writeFileSync(list, "late\n");
    await world.must("answer", thread.id, "continue");
    expect(await thread.settled()).toMatchObject({ subagents: { merged: 1 } });
  });

  test("names that try to be commands: they stay names", async () => {
    const names = ["$(touch pwned)", "a; rm -rf .", "--help", 'it\'s "quoted" 数量'];
    const goal = fanOutGoal(names, {
      script: 'mkdir -p out && printf "%s" "$BATON_TASK_NAME" > "out/$(printf %s "$BATON_TASK_NAME" | cksum | cut -d" " -f1)"',
      template: { verify: ['test "$(cat "out/$(printf %s "${task.name}" | cksum | cut -d" " -f1)")" = "${task.name}"'] },
    });
    const thread = await world.start({ plan: noPlan, goal });
    await thread.settled();
    const files = (await thread.repository.git("ls-tree", "-r", "--name-only", thread.branch)).split("\n");
    expect(files.filter((file) => file.startsWith("out/"))).toHaveLength(names.length);
    expect(files).not.toContain("pwned");
  });
});
