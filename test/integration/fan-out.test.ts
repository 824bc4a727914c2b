import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createWorld, type BatonWorld } from "../support/baton-world.ts";
import { fanOutGoal, settledSubagents, shellWorker, taskOf, treeOf, whenTree, writeOwnFile } from "../support/fan-out.ts";
import { until } from "../support/until.ts";

let world: BatonWorld;

beforeAll(async () => {
  world = await createWorld();
});

afterAll(async () => {
  await world.close();
});

const noPlan = { turns: {} };

describe.concurrent("a goal that fans out", () => {
  test("does every task by a subagent of its own, merges them, and checks the whole", async () => {
    const goal = fanOutGoal(["a", "b", "c", "d", "e"], {
      script: writeOwnFile,
      verify: ["test $(ls out | wc -l) -eq 5"] as never,
    });
    const thread = await world.start({ plan: noPlan, goal });
    const view = await thread.settled();
    expect(view).toMatchObject({ delivered: true, turn: 0, subagents: { merged: 5, failed: 0 }, spent: { turns: 5 } });
    expect(await thread.repository.git("ls-tree", "--name-only", thread.branch, "out/")).toBe(
      "out/a\nout/b\nout/c\nout/d\nout/e",
    );
    const { tasks } = await treeOf(world, thread);
    const merges = (await thread.repository.messages(thread.branch)).filter((message) => message.startsWith("Merge"));
    for (const task of tasks)
      expect(merges.filter((message) => message.includes(`Baton-Thread: ${task.thread}`))).toHaveLength(1);
    await until(async () => (await settledSubagents(world, thread.id, "achieved")).length === 5, { why: "five are listed" });
    expect((await world.must("tree", thread.id)).stdout).toContain("5 of 5 merged");
    const listed = (await world.must("ls", "--json", "--all")).json() as { id: string }[];
    expect(listed.map(({ id }) => id)).not.toContain(tasks[0]?.thread);
    expect(await thread.repository.git("branch", "--list", "baton/*")).toBe(`  ${thread.branch}`);
  });

  test("run again with one task more does only that one", async () => {
    const prepared = await world.prepare({ plan: noPlan, goal: fanOutGoal(["a2", "b2"], { script: writeOwnFile }) });
    const first = await world.run(prepared);
    await first.settled();
    const before = (await treeOf(world, first)).tasks.map(({ thread }) => thread);
    const more = await world.prepare({ plan: noPlan, goal: fanOutGoal(["a2", "b2", "c2"], { script: writeOwnFile }) });
    const second = await world.run({ ...more, repository: prepared.repository });
    const view = await second.settled();
    expect(view.spent.turns).toBe(1);
    const { tasks } = await treeOf(world, second);
    expect(tasks.slice(0, 2).map(({ thread }) => thread)).toEqual(before);
    expect(await second.repository.git("ls-tree", "--name-only", second.branch, "out/")).toBe("out/a2\nout/b2\nout/c2");
  });

  test("has a conflicting task done again on top of the merged work, whatever failed before any was merged", async () => {
    const goal = (...tasks: string[]) =>
      fanOutGoal(tasks, {
        script: 'echo "$BATON_TASK_NAME" >> shared.txt',
        template: { verify: ['grep -qx "${task.name}" shared.txt'] },
        fan_out: { merge: { verify: ["test -f never"] } },
        verify: tasks.map((task) => `grep -qx ${task} shared.txt`) as never,
      });
    const wish = { files: { "shared.txt": "start\n" }, plan: noPlan };
    const prepared = await world.prepare({ ...wish, goal: goal("one", "two") });
    const thread = await world.run(prepared);
    await thread.settled();
    const { tasks } = await treeOf(world, thread);
    expect(tasks.map(({ rebases }) => rebases).toSorted((a, b) => a - b)).toEqual([0, 1]);
    const again = tasks.find(({ rebases }) => rebases === 1);
    expect(again).toMatchObject({ status: "merged", tries: 2 });
    const view = await world.view(again?.thread ?? "");
    expect(view.tree).toMatchObject({ root: thread.id, parent: thread.id });
    // What was done on top of the other's work stands with it, and is done anew without it.
    expect(await (await world.run(prepared)).settled()).toMatchObject({ spent: { turns: 0 }, subagents: { merged: 2 } });
    const alone = await world.prepare({ ...wish, goal: goal(again?.name ?? "") });
    const third = await world.run({ ...alone, repository: prepared.repository });
    expect(await third.settled()).toMatchObject({ spent: { turns: 1 } });
    expect(await third.repository.file(third.branch, "shared.txt")).toBe(`start\n${again?.name}`);
  });

  test("hears of subagents that end while it merges others", async () => {
    const script = `if [ "$BATON_TASK_NAME" != m1 ]; then while [ ! -d "${world.root}/merging" ]; do sleep 0.1; done; fi; ${writeOwnFile}`;
    const merge = { batch: 1, verify: [`mkdir -p "${world.root}/merging" && sleep 4`] };
    const thread = await world.start({ plan: noPlan, goal: fanOutGoal(["m1", "m2", "m3"], { script, fan_out: { merge } }) });
    expect(await thread.settled()).toMatchObject({ subagents: { merged: 3 }, spent: { turns: 3 } });
  });

  test("finds the task that breaks another's check, and tells it when it is done again", async () => {
    const script = [
      'mkdir -p out; echo x > "out/$BATON_TASK_NAME"',
      // Breaks the other's check when it starts from the base, and behaves once it starts from the merged work.
      'if [ "$BATON_TASK_NAME" = breaker ] && [ ! -f out/victim ]; then echo "exit 1" > check.sh; fi',
    ].join("\n");
    const goal = fanOutGoal(["victim", "breaker"], {
      script,
      template: { verify: ['sh check.sh "${task.name}"'] },
    });
    const files = { "check.sh": 'test -f "out/$1"\n', "note.txt": "n\n" };
    const thread = await world.start({
      files,
      plan: noPlan,
      goal: {
        ...goal,
        fan_out: {
          ...(goal["fan_out"] as object),
          template: { goal: "Do ${task.name}", verify: ['test "${task.name}" = breaker || sh check.sh "${task.name}"'] },
        },
      },
    });
    await thread.settled();
    expect(await taskOf(world, thread, "breaker")).toMatchObject({ rebases: 1, status: "merged" });
    expect(await taskOf(world, thread, "victim")).toMatchObject({ rebases: 0, status: "merged" });
    expect(await thread.repository.file(thread.branch, "check.sh")).toContain('test -f "out/$1"');
  });

  test("asks once about all tasks that failed, and goes on without them", async () => {
    const script = `if [ "$BATON_TASK_NAME" != good ]; then exit 0; fi; ${writeOwnFile}`;
    const goal = fanOutGoal(["good", "bad", "worse"], {
      script,
      template: { budget: { turns: 2 }, on_failure: { same_failure: 1, no_progress: 1, then: "stop" } },
    });
    const thread = await world.start({ plan: noPlan, goal });
    const view = await thread.asks(90_000);
    expect(view.questions).toHaveLength(1);
    expect(view.questions[0]).toMatchObject({ kind: "failedTasks", choices: ["continue", "retry", "stop"] });
    expect(view.questions[0]?.facts.join("\n")).toContain("bad");
    await world.must("answer", thread.id, "continue");
    expect(await thread.settled()).toMatchObject({ subagents: { merged: 1, left: 2 } });
  });

  test("stops its subagents when it is stopped, and leaves none behind", async () => {
    const goal = fanOutGoal(["s1", "s2", "s3"], { script: "sleep 300" });
    const thread = await world.start({ plan: noPlan, goal });
    const { tasks } = await whenTree(world, thread, { why: "three run", holds: ({ counts }) => counts.running === 3 });
    await world.must("stop", thread.id);
    await thread.settled("stopped");
    for (const task of tasks) expect((await world.view(task.thread ?? "")).status).toBe("stopped");
    expect(tasks.flatMap((task) => world.processesOf(task.thread ?? ""))).toEqual([]);
  });

  test("pauses and resumes the whole tree", async () => {
    const gate = join(world.root, "go-on");
    const goal = fanOutGoal(["p1", "p2"], { script: `while [ ! -f ${gate} ]; do sleep 0.1; done; ${writeOwnFile}` });
    const thread = await world.start({ plan: noPlan, goal });
    const { tasks } = await whenTree(world, thread, { why: "both run", holds: ({ counts }) => counts.running === 2 });
    await world.must("pause", thread.id, "--now");
    for (const task of tasks)
      await until(async () => (await world.view(task.thread ?? "")).status === "paused", { why: `${task.thread} is paused` });
    writeFileSync(gate, "");
    await world.must("resume", thread.id);
    await thread.settled();
  });

  test("takes the racer that is first to pass, and keeps the other for inspection", async () => {
    const goal = fanOutGoal(["raced"], {
      script: "exit 0",
      fan_out: { race: [shellWorker("sleep 300"), shellWorker(writeOwnFile)] },
    });
    const thread = await world.start({ plan: noPlan, goal });
    await thread.settled();
    const { racers, thread: winner } = await taskOf(world, thread, "raced");
    expect(racers).toHaveLength(2);
    const loser = racers?.find((each) => each !== winner) ?? "";
    expect((await world.view(loser)).status).toBe("stopped");
    expect((await world.view(winner ?? "")).status).toBe("achieved");
  });

  test("counts what the loser of a race used, though it takes its time to stop", async () => {
    const usage = join(world.root, "loser-has-used");
    const report = `echo '{"usage":{"input_tokens":70,"output_tokens":7}}' > "$BATON_RESULT_FILE"`;
    const loser = shellWorker(`trap "" INT TERM; ${report}; touch ${usage}; while :; do sleep 1; done`);
    const winner = shellWorker(`until test -f ${usage}; do sleep 0.1; done; ${writeOwnFile}`);
    const goal = fanOutGoal(["counted"], { script: "exit 0", fan_out: { race: [loser, winner] } });
    const thread = await world.start({ plan: noPlan, goal });
    expect((await thread.settled()).spent.tokens).toBe(77);
  });
});
