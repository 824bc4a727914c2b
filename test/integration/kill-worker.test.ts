import { randomInt } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createWorld, type BatonWorld } from "../support/baton-world.ts";
import { done, type Action } from "../support/script.ts";
import type { TestThread } from "../support/test-thread.ts";
import { until } from "../support/until.ts";

let world: BatonWorld;

beforeAll(async () => {
  world = await createWorld();
});

afterAll(async () => {
  await world.close();
});

const tried: Action = ["append", ["tried.txt", "once more\n"]];

/** As a person does who finds the machine's services gone. */
async function killHostAndGoOn(): Promise<void> {
  await world.kill9("host");
  await world.must("up");
}

async function expectNothingLost(thread: TestThread, turns: readonly number[]): Promise<void> {
  expect(await thread.committedTurns()).toEqual(turns);
  expect(world.processesOf(thread.id)).toEqual([]);
  expect((await world.view(thread.id)).delivered).toBe(true);
}

test("a goal survives its host being killed during a turn of the agent", async () => {
  const thread = await world.start({
    plan: { turns: { 1: [tried], 2.1: [tried, ["flee", 300], ["gate", "hold"]], 2.2: [done] } },
  });
  const agent = await thread.script.reached("hold");
  expect(world.processesOf(thread.id).map(({ pid }) => pid)).toContain(agent);
  await killHostAndGoOn();
  const view = await thread.settled();
  expect(view).toMatchObject({ turn: 2, epoch: 2 });
  expect(thread.script.attempts()).toEqual(["1.1", "2.1", "2.2"]);
  await expectNothingLost(thread, [1, 2]);
});

test("a goal survives its host being killed during verification", async () => {
  const thread = await world.start({
    plan: { turns: { 1: [done] } },
    goal: (script) => ({ verify: [{ name: "held", run: script.gateCommand("check") }, "test -f done"] }),
  });
  await thread.script.reached("check");
  const checks = world.processesOf(thread.id);
  expect(checks).not.toEqual([]);
  await killHostAndGoOn();
  thread.script.open("check");
  const view = await thread.settled();
  expect(view.checks.map(({ status }) => status)).toEqual(["passed", "passed"]);
  expect(thread.script.attempts()).toEqual(["1.1"]);
  await expectNothingLost(thread, [1]);
});

test("a goal survives its host being killed during judging", async () => {
  const thread = await world.start({
    plan: { turns: { 1: [done] }, judge: { 1: { gate: "judge" } } },
    goal: { done: ["It is done"] },
  });
  await thread.script.reached("judge");
  await killHostAndGoOn();
  thread.script.open("judge");
  const view = await thread.settled();
  expect(view.verdict?.overall).toBe("met");
  expect(thread.script.judged()).toEqual([1, 1]);
  expect(thread.script.attempts()).toEqual(["1.1"]);
  await expectNothingLost(thread, [1]);
});

test("a goal survives its host being killed around its checkpoints", async () => {
  const turns = [1, 2, 3, 4, 5];
  const end = (turn: number) => join(world.root, `ended-${turn}`);
  const big = (turn: number): readonly Action[] => [
    ["big", [`big-${turn}.bin`, 30]],
    ["sh", `touch ${end(turn)}`],
  ];
  const thread = await world.start({
    plan: { turns: { ...Object.fromEntries(turns.map((turn) => [turn, big(turn)])), 6: [done] } },
    goal: { on_failure: { same_failure: 50, no_progress: 50 } },
  });
  for (const turn of turns) {
    await until(() => existsSync(end(turn)), { why: `the agent ends turn ${turn}`, withinMs: 60_000 });
    await delay(randomInt(0, 1200));
    await killHostAndGoOn();
  }
  await thread.settled("achieved", 90_000);
  await expectNothingLost(thread, [1, 2, 3, 4, 5, 6]);
  const files = (await thread.repository.git("ls-tree", "--name-only", thread.branch)).split("\n");
  expect(files).toEqual(["README.md", ...turns.map((turn) => `big-${turn}.bin`), "done"]);
});

test("a goal survives the hub being killed while a checkpoint is on its way", async () => {
  const ended = join(world.root, "hub-ended");
  const thread = await world.start({ plan: { turns: { 1: [["big", ["big.bin", 30]], done, ["sh", `touch ${ended}`]] } } });
  await until(() => existsSync(ended), { why: "the agent ends" });
  await delay(randomInt(0, 600));
  await world.kill9("hub");
  await world.must("up");
  await thread.settled();
  expect(thread.script.attempts()).toEqual(["1.1"]);
  await expectNothingLost(thread, [1]);
});

test("a goal survives everything being killed at once", async () => {
  const thread = await world.start({ plan: { turns: { 1: [tried], 2.1: [tried, ["gate", "hold"]], 2.2: [done] } } });
  await thread.script.reached("hold");
  for (const name of ["supervisor", "temporal", "host", "hub"] as const) await world.kill9(name);
  await world.must("up");
  await thread.settled();
  expect(thread.script.attempts()).toEqual(["1.1", "2.1", "2.2"]);
  await expectNothingLost(thread, [1, 2]);
});
