import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { heldSignal, hostRestartedSignal, threadWorkflowId } from "../../workflows/messages.ts";
import { crashRuns, openPair, usage, type Pair } from "../support/crash-runs.ts";
import { createCrashWorld, type CrashWorld, type Machine } from "../support/crash-world.ts";
import { whyNoNetwork } from "../support/network.ts";
import { done, type Plan } from "../support/script.ts";
import type { TestThread } from "../support/test-thread.ts";
import { until } from "../support/until.ts";

let crash: CrashWorld;
let runs: ReturnType<typeof crashRuns>;
let pair: Pair;

beforeAll(async () => {
  crash = await createCrashWorld();
  runs = crashRuns(crash);
  pair = await openPair(crash, "far");
});
afterEach(() => {
  for (const machine of pair.machines) {
    machine.host().signal("SIGCONT");
    machine.link("heal");
  }
});
afterAll(() => crash.close());

const stuck: Plan = {
  turns: {
    1: [["write", ["one.txt", "1\n"]], usage],
    2.1: [
      ["write", ["half.txt", "half\n"]],
      ["flee", 300],
      ["gate", "never"],
    ],
    "*": [usage, done],
  },
};

/** The host has learnt that it lost the thread: its agent is stopped, its place is free, its late work is beside the thread. */
async function isFenced(thread: TestThread, machine: Machine): Promise<void> {
  await until(() => machine.processes().length === 0, { why: "its agent is stopped", withinMs: 20_000 });
  await until(
    async () => {
      const hosts = (await crash.world.must("hosts", "--json")).json() as { id: string; places: { taken: number } }[];
      return hosts.find(({ id }) => id === machine.name)?.places.taken === 0;
    },
    { why: "its place is given up", withinMs: 15_000 },
  );
  await until(async () => (await crash.world.must("attempts", thread.id)).stdout.includes("it came after"), {
    why: "its late work is kept beside the thread",
  });
  const { stdout: late } = await crash.world.must("attempts", thread.id, "--diff", "1");
  expect(late).toContain("+++ b/half.txt");
  await runs.holds(thread, { turns: 2 });
  await expect(thread.repository.file(thread.branch, "half.txt")).rejects.toThrow();
}

// The one poll that a lost host has open for a label may swallow one claim, which costs another heartbeat timeout: epoch 3.
test("a host that sleeps while its thread is taken over elsewhere, and wakes up", async () => {
  const thread = await runs.start(pair, stuck);
  await thread.script.reached("never");
  const { here, there } = await runs.placeOf(thread, pair);
  here.host().signal("SIGSTOP");
  const view = await thread.settled();
  expect([2, 3]).toContain(view.epoch);
  expect(thread.script.attempts()).toEqual(["1.1", "2.1", "2.2"]);
  expect(here.processes()).not.toEqual([]);
  here.host().signal("SIGCONT");
  await isFenced(thread, here);
  expect(there.processes()).toEqual([]);
});

const faults = [
  { fault: "cut", skipped: null },
  { fault: "stall", skipped: null },
  { fault: "pull", skipped: whyNoNetwork() },
] as const;

for (const { fault, skipped } of faults) {
  const why = skipped === null ? "" : ` (skipped: ${skipped})`;
  test.skipIf(skipped !== null)(
    `a host whose links are lost (${fault}) while its thread is taken over, and come back${why}`,
    async () => {
      const thread = await runs.start(pair, stuck);
      await thread.script.reached("never");
      const { here } = await runs.placeOf(thread, pair);
      here.link(fault);
      const view = await thread.settled();
      // Its own clock may have stopped the agent by now; what must hold is that it is fenced when its links are back.
      expect([2, 3]).toContain(view.epoch);
      here.link("heal");
      await isFenced(thread, here);
    },
  );
}

test("links that are lost for less than a heartbeat timeout cost nothing", async () => {
  const thread = await runs.start(pair, {
    turns: { 1: [["write", ["one.txt", "1\n"]], ["gate", "go"], usage], 2: [usage, done] },
  });
  await thread.script.reached("go");
  const { here } = await runs.placeOf(thread, pair);
  here.link("stall");
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  here.link("heal");
  thread.script.open("go");
  expect(await thread.settled()).toMatchObject({ epoch: 1 });
  expect(thread.script.attempts()).toEqual(["1.1", "2.1"]);
  await runs.holds(thread, { turns: 2 });
});

test("a late word of an old epoch changes nothing in the Workflow", async () => {
  const thread = await runs.start(pair, {
    turns: { 1: [["write", ["one.txt", "1\n"]], usage, ["gate", "go"]], 2: [["gate", "last"], usage, done] },
  });
  await thread.script.reached("go");
  const { here, there } = await runs.placeOf(thread, pair);
  await crash.world.must("handoff", thread.id, "--to", there.name, "--detach");
  await thread.when("the target is ready", ({ handoff }) => handoff?.phase === "ready");
  thread.script.open("go");
  await thread.script.reached("last");
  const before = await thread.view();
  expect(before).toMatchObject({ epoch: 2, host: there.name });
  const workflow = (await crash.world.client()).workflow.getHandle(threadWorkflowId(thread.id));
  await workflow.signal(heldSignal, { host: here.name, epoch: 1, incarnation: "late" });
  await workflow.signal(hostRestartedSignal, { host: here.name, incarnation: "late" });
  const { doing: _, ...after } = await thread.view();
  expect(before).toMatchObject(after);
  thread.script.open("last");
  expect(await thread.settled()).toMatchObject({ epoch: 2 });
  expect(thread.script.attempts()).toEqual(["1.1", "2.1"]);
  await runs.holds(thread, { turns: 2 });
});
