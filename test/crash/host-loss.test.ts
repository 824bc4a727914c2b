import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { threadWorkflowId } from "../../workflows/messages.ts";
import { createCrashWorld, type CrashWorld, type Machine } from "../support/crash-world.ts";
import { violations } from "../support/invariants.ts";
import { done, type Action, type Plan, type Script } from "../support/script.ts";
import type { TestThread } from "../support/test-thread.ts";
import { until } from "../support/until.ts";

let crash: CrashWorld;
let first: Machine;
let second: Machine;
const off = new Set<Machine>();

const usage: Action = ["usage", { input_tokens: 100, output_tokens: 10 }];
const stuck: Plan = {
  turns: {
    1: [["write", ["one.txt", "1\n"]], usage],
    2.1: [
      ["write", ["half.txt", "half\n"]],
      ["gate", "never"],
    ],
    "*": [usage, done],
  },
};

beforeAll(async () => {
  crash = await createCrashWorld();
  [first, second] = await Promise.all([
    crash.machine("first", { labels: ["far"], args: ["--no-workflows"] }),
    crash.machine("second", { labels: ["far"], args: ["--no-workflows"] }),
  ]);
});
afterEach(async () => {
  for (const machine of [first, second]) machine.host().signal("SIGCONT");
  for (const machine of off) await back(machine);
});
afterAll(() => crash.close());

/** A thread in the middle of its second turn, and the machine that holds it. */
async function stuckThread(host: Record<string, unknown>, args: readonly string[] = []) {
  const goal = (script: { agents: unknown }) => ({ agents: script.agents, host: { labels: ["far"], ...host } });
  const thread = await crash.world.start({ plan: stuck, goal }, { args });
  await thread.script.reached("never");
  const { host: name } = await thread.view();
  return { thread, ...(name === "first" ? { here: first, there: second } : { here: second, there: first }) };
}

async function powerOff(machine: Machine): Promise<void> {
  off.add(machine);
  await machine.powerOff();
}

async function back(machine: Machine): Promise<void> {
  off.delete(machine);
  await machine.start();
}

const isLost = (thread: TestThread, { name }: Machine) =>
  thread.when(`${name} is lost`, ({ lost, host }) => lost?.host === name && host === null);
const isOn = (thread: TestThread, { name }: Machine) => thread.when(`it is on ${name}`, ({ host }) => host === name);
const answer = (thread: TestThread, choice: string) => crash.world.must("answer", thread.id, choice);
const shown = async (thread: TestThread) => (await crash.world.must("show", thread.id)).stdout;

async function endsWell(thread: TestThread): Promise<void> {
  await thread.settled();
  expect(thread.script.attempts()).toEqual(["1.1", "2.1", "2.2"]);
  expect(await violations(crash.world, thread, { turns: 2 })).toEqual([]);
}

/** Summaries of the timers that the thread started. */
async function timers(thread: TestThread): Promise<string[]> {
  const { events } = await (await crash.world.client()).workflow.getHandle(threadWorkflowId(thread.id)).fetchHistory();
  return (events ?? []).flatMap(({ timerStartedEventAttributes, userMetadata }) =>
    timerStartedEventAttributes ? [String(userMetadata?.summary?.data ? Buffer.from(userMetadata.summary.data) : "")] : [],
  );
}

test("a thread that waits goes on where it was when its host wakes up, however idle the others are", async () => {
  const { thread, here } = await stuckThread({ on_loss: "wait" });
  here.host().signal("SIGSTOP");
  await isLost(thread, here);
  expect(await shown(thread)).toMatch(new RegExp(`waiting for ${here.name}, lost [\\d.]+ s ago\n`));
  // Twice as long as it takes to move by default.
  await new Promise((resolve) => setTimeout(resolve, 6_000));
  expect(await thread.view()).toMatchObject({ host: null, questions: [], lost: { host: here.name } });
  here.host().signal("SIGCONT");
  await isOn(thread, here);
  await endsWell(thread);
});

test("a host that is back within the grace keeps its thread", async () => {
  const { thread, here } = await stuckThread({ on_loss: "move", grace: "90s" });
  await powerOff(here);
  await isLost(thread, here);
  expect(await shown(thread)).toMatch(new RegExp(`waiting for ${here.name}, lost [\\d.]+ s ago; moves in [\\d.]+ s`));
  await back(here);
  await isOn(thread, here);
  await endsWell(thread);
});

test("a thread moves after the grace, and the host that wakes up too late is fenced", async () => {
  const { thread, here, there } = await stuckThread({ on_loss: "move", grace: "2s" });
  here.host().signal("SIGSTOP");
  const { lost } = await isLost(thread, here);
  expect(lost?.until).toBe(lost!.at + 2_000);
  await isOn(thread, there);
  expect(await timers(thread)).toContainEqual(expect.stringContaining(`${here.name} is lost: moves in 2 s`));
  await thread.settled();
  here.host().signal("SIGCONT");
  await until(() => here.processes().length === 0, { why: "its agent is stopped", withinMs: 20_000 });
  await until(async () => (await crash.world.must("attempts", thread.id)).stdout.includes("it came after"), {
    why: "its late work is kept beside the thread",
  });
  await endsWell(thread);
  await expect(thread.repository.file(thread.branch, "half.txt")).rejects.toThrow();
});

test("a thread that asks waits for longer when told so, asks again, and moves when told so", async () => {
  const { thread, here, there } = await stuckThread({ on_loss: "ask", grace: "2s" });
  await powerOff(here);
  await isLost(thread, here);
  const asked = await thread.asks();
  expect(asked).toMatchObject({ status: "waiting", questions: [{ id: "q1", kind: "host", choices: ["wait", "move", "stop"] }] });
  expect(await shown(thread)).toContain(`baton answer ${thread.id} q1 move`);
  expect((await crash.world.baton(["answer", thread.id, "continue"])).stderr).toContain("it takes wait or move or stop");
  await answer(thread, "wait");
  await thread.when("it waits again", ({ questions, lost }) => questions.length === 0 && lost !== undefined);
  await thread.when("it asks again", ({ questions }) => questions[0]?.id === "q2");
  await answer(thread, "move");
  await isOn(thread, there);
  await endsWell(thread);
});

test("the question is withdrawn when the host comes back before the answer", async () => {
  const { thread, here } = await stuckThread({ on_loss: "ask", grace: "1s" });
  await powerOff(here);
  await thread.asks();
  await back(here);
  expect((await isOn(thread, here)).questions).toEqual([]);
  await endsWell(thread);
});

test("a thread is stopped by the answer, and keeps what it had", async () => {
  const { thread, here } = await stuckThread({ on_loss: "ask", grace: "1s" });
  await powerOff(here);
  await thread.asks();
  await answer(thread, "stop");
  const view = await thread.settled("stopped");
  expect(view).toMatchObject({ turn: 1, delivered: true });
  expect(view).not.toHaveProperty("lost");
});

test("a thread on a named host stays with it, unless somebody hands it on", async () => {
  const { thread, here, there } = await stuckThread({}, ["--on", "first"]);
  expect(here.name).toBe("first");
  await powerOff(here);
  expect((await isLost(thread, here)).lost).toMatchObject({ until: null });
  await new Promise((resolve) => setTimeout(resolve, 6_000));
  expect(await thread.view()).toMatchObject({ host: null, questions: [] });
  await crash.world.must("handoff", thread.id, "--to", there.name);
  await endsWell(thread);
});

test("a thread on a named host moves when it was told to, to where its goal's labels are", async () => {
  const { thread, here, there } = await stuckThread({}, ["--on", "second", "--on-loss", "move", "--grace", "1s"]);
  await powerOff(here);
  const { placement } = await isOn(thread, there);
  expect(placement).toEqual({ labels: ["far"] });
  await endsWell(thread);
});

test("a thread whose source dies while the target gets ready waits for the target, and takes no place elsewhere", async () => {
  const goal = (script: Script) => ({
    agents: script.agents,
    setup: `case "$BATON_HOST" in second) ${script.gateCommand("setup")};; esac`,
  });
  const thread = await crash.world.start({ plan: stuck, goal }, { args: ["--on", "first"] });
  await thread.script.reached("never");
  await crash.world.must("handoff", thread.id, "--to", "second", "--detach");
  await thread.script.reached("setup");
  await powerOff(first);
  await thread.when("its place is gone", ({ host, doing }) => host === null && doing === "waiting for the handoff to second");
  thread.script.open("setup");
  await isOn(thread, second);
  await endsWell(thread);
  expect(await thread.view()).toMatchObject({ epoch: 2, moved: { ok: true, to: "second" }, placement: { host: "second" } });
});
