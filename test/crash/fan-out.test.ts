import { afterAll, beforeAll, expect, test } from "vitest";
import { createCrashWorld, type CrashWorld, type Machine } from "../support/crash-world.ts";
import { fanOutGoal, treeOf, whenTree, writeOwnFile } from "../support/fan-out.ts";
import type { TestThread } from "../support/test-thread.ts";

/** More by BATON_TEST_SUBAGENTS; the bound of the run grows with it. */
const count = Number(process.env["BATON_TEST_SUBAGENTS"] ?? 24);
const names = Array.from({ length: count }, (_, index) => `t${String(index + 1).padStart(4, "0")}`);
const withinMs = 120_000 + count * 4_000;

let crash: CrashWorld;
let far: Machine;

beforeAll(async () => {
  crash = await createCrashWorld();
  far = await crash.machine("far", { places: 8 });
});
afterAll(() => crash.close());

test(
  `${count} subagents on two hosts: every task is done once, whoever is killed`,
  async () => {
    const thread = await crash.world.start({
      plan: { turns: {} },
      goal: fanOutGoal(names, {
        script: writeOwnFile,
        verify: [`test $(ls out | wc -l) -eq ${count}`] as never,
        fan_out: { parallel: 16, merge: { verify: ["test -d out"], batch: Math.ceil(count / 4) } },
      }),
    });
    await doneAtLeast(thread, 0.2);
    await far.kill9();
    await far.start();
    await doneAtLeast(thread, 0.45);
    // It decides for all threads, and has places as well.
    await crash.world.kill9("host");
    await doneAtLeast(thread, 0.7);
    await crash.world.kill9("temporal");
    await thread.settled("achieved", withinMs);
    await everyTaskOnce(thread);
  },
  withinMs + 60_000,
);

async function doneAtLeast(thread: TestThread, share: number): Promise<void> {
  const wanted = Math.ceil(count * share);
  const holds = ({ counts }: { counts: { ready: number; merged: number } }) => counts.ready + counts.merged >= wanted;
  await whenTree(crash.world, thread, { why: `${wanted} of ${count} tasks are done`, holds, withinMs });
}

/** One subagent a task, one turn a subagent, one merge a turn, and nothing of it left behind. */
async function everyTaskOnce(thread: TestThread): Promise<void> {
  const { tasks, counts } = await treeOf(crash.world, thread);
  expect(counts).toMatchObject({ merged: count });
  expect(tasks.filter(({ tries, rebases }) => tries !== 1 || rebases !== 0)).toEqual([]);
  const messages = await thread.repository.messages(thread.branch);
  for (const { key, name, thread: id } of tasks) {
    expect(
      messages.filter((message) => message.includes(`Baton-Task: ${key}`)),
      `merges of ${name}`,
    ).toHaveLength(1);
    expect(
      messages.filter((message) => message.includes(`Turn 1 of ${id}\n`)),
      `turns of ${name}`,
    ).toHaveLength(1);
  }
  expect((await thread.repository.git("ls-tree", "--name-only", thread.branch, "out/")).split("\n")).toEqual(
    names.map((name) => `out/${name}`),
  );
  expect((await thread.view()).spent.turns).toBe(count);
  expect((await crash.world.must("hub", "fsck")).code).toBe(0);
  expect(tasks.flatMap(({ thread: id }) => crash.world.processesOf(id ?? ""))).toEqual([]);
}
