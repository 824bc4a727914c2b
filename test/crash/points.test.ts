import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TreeView } from "../../domain/fan-out/tree-view.ts";
import { crashRuns, end, lendPairs, openPair, work, type Pair } from "../support/crash-runs.ts";
import { createCrashWorld, type CrashWorld, type Machine } from "../support/crash-world.ts";
import { fanOutGoal, whenTree } from "../support/fan-out.ts";
import { processesWith } from "../support/processes.ts";
import type { Plan } from "../support/script.ts";
import type { TestThread } from "../support/test-thread.ts";
import { until } from "../support/until.ts";
import type { KillPoint } from "./kill-points.ts";

let crash: CrashWorld;
let runs: ReturnType<typeof crashRuns>;
let withPair: ReturnType<typeof lendPairs>;

beforeAll(async () => {
  crash = await createCrashWorld({ BATON_KEEP_PLACE_MS: "300000" }, { killPoints: true });
  runs = crashRuns(crash);
  const pairs = await Promise.all(["a", "b"].map((label) => openPair(crash, label)));
  await runs.rehearse(pairs[0]!);
  withPair = lendPairs(pairs);
});
afterAll(() => crash.close());

const gated: Plan = { turns: { 1: [["gate", "one"], ...work], 2: [["gate", "two"], ...end] } };
const once = ["1.1", "2.1"];
const twice = ["1.1", "2.1", "2.2"];

/** Starts the gated thread and opens the gates before the named one. */
async function startUpTo(gate: "one" | "two", pair: Pair, goal: Record<string, unknown> = {}): Promise<TestThread> {
  const thread = await runs.start(pair, gated, goal);
  if (gate === "two") thread.script.open("one");
  await thread.script.reached(gate);
  return thread;
}

function openGates({ script }: TestThread): void {
  for (const gate of ["one", "two"]) script.open(gate);
}

/** A host that died at a point is there again. */
async function comesBack(machine: Machine): Promise<void> {
  await machine.host().ended(5_000);
  await machine.start();
}

test.concurrent.for([
  "hold.claimed",
  "hold.told",
  "open.granted",
  "open.fenced",
  "open.fetched",
  "open.restored",
  "open.done",
] satisfies KillPoint[])("a host that is killed at %s", (point) =>
  withPair(async (pair) => {
    for (const { points } of pair.machines) points.arm(point);
    const thread = await runs.start(pair, { turns: { 1: work, 2: end } });
    const killed = await until(() => pair.machines.find(({ points }) => points.hasReached(point)), { why: point });
    for (const { points } of pair.machines) points.disarm(point);
    await comesBack(killed);
    await runs.holds(thread);
    expect(thread.script.attempts()).toEqual(once);
  }),
);

const inTurns = [
  { point: "turn.begun", gate: "one", attempts: ["1.1", "2.2"] },
  { point: "checkpoint.due", gate: "two", attempts: twice },
  { point: "checkpoint.taken", gate: "two", attempts: once, waits: true },
  { point: "checkpoint.sent", gate: "two", attempts: once },
  { point: "turn.done", gate: "two", attempts: once },
  { point: "verification.begun", gate: "two", attempts: once },
  { point: "verification.done", gate: "two", attempts: once },
] as const;

test.concurrent.for(inTurns)("a host that is killed at $point", ({ point, gate, attempts, ...more }) =>
  withPair(async (pair) => {
    // Only its own disk has what the hub does not have yet.
    const host = { labels: [pair.label], ...("waits" in more ? { on_loss: "wait" } : {}) };
    const thread = await startUpTo(gate, pair, { host });
    const { here } = await runs.placeOf(thread, pair);
    here.points.arm(point);
    openGates(thread);
    await here.points.reached(point);
    await comesBack(here);
    await runs.holds(thread);
    expect(thread.script.attempts()).toEqual(attempts);
  }),
);

test.concurrent("a host that sleeps at checkpoint.taken while its thread is taken over", () =>
  withPair(async (pair) => {
    const thread = await startUpTo("two", pair);
    const { here } = await runs.placeOf(thread, pair);
    here.points.arm("checkpoint.taken", "SIGSTOP");
    openGates(thread);
    await here.points.reached("checkpoint.taken");
    await runs.holds(thread);
    here.host().signal("SIGCONT");
    await until(async () => (await crash.world.must("attempts", thread.id)).stdout.includes("it came after"), {
      why: "its late checkpoint is kept beside the thread",
    });
    await runs.holds(thread);
    expect(thread.script.attempts()).toEqual(twice);
  }));

async function killAtHome(name: "hub" | "host" | "temporal"): Promise<void> {
  const pid = crash.world.pids()[name];
  await crash.world.kill9(name);
  await crash.revive(name, pid);
}

type Victim = "target" | "source" | "home host" | "hub" | "temporal";

const inHandoffs: readonly { point: KillPoint; victim: Victim }[] = [
  { point: "handoff.asked", victim: "target" },
  { point: "handoff.copied", victim: "target" },
  { point: "handoff.prepared", victim: "target" },
  { point: "handoff.switched", victim: "target" },
  { point: "handoff.restored", victim: "target" },
  { point: "handoff.opened", victim: "target" },
  { point: "handoff.asked", victim: "source" },
  { point: "handoff.switched", victim: "source" },
];

const inHandoffsAtHome: typeof inHandoffs = [
  { point: "handoff.asked", victim: "hub" },
  { point: "handoff.switched", victim: "hub" },
  { point: "handoff.switched", victim: "home host" },
  { point: "handoff.switched", victim: "temporal" },
];

const switched: readonly KillPoint[] = ["handoff.switched", "handoff.restored", "handoff.opened"];

/** The target stands at the point while the victim dies. */
async function handOff(pair: Pair, point: KillPoint, victim: Victim): Promise<void> {
  const thread = await startUpTo("two", pair);
  const { here, there } = await runs.placeOf(thread, pair);
  const arm = () => there.points.arm(point, victim === "target" ? "SIGKILL" : "wait");
  if (!switched.includes(point)) arm();
  await crash.world.must("handoff", thread.id, "--to", there.name, "--detach");
  if (switched.includes(point)) {
    await thread.when("the target is ready", ({ handoff }) => handoff?.phase === "ready");
    arm();
    openGates(thread);
  }
  await there.points.reached(point);
  if (victim === "target") await comesBack(there);
  else if (victim === "source") await here.kill9();
  else await killAtHome(victim === "home host" ? "host" : victim);
  there.points.release(point);
  if (victim === "source") await here.start();
  openGates(thread);
  await runs.holds(thread);
  for (const machine of pair.machines) expect(machine.processes()).toEqual([]);
}

test.concurrent.for(inHandoffs)("a handoff whose $victim is killed at $point", ({ point, victim }) =>
  withPair((pair) => handOff(pair, point, victim)),
);

test.concurrent("a source that is killed at hold.given-back", () =>
  withPair(async (pair) => {
    const thread = await startUpTo("two", pair);
    const { here, there } = await runs.placeOf(thread, pair);
    here.points.arm("hold.given-back");
    await crash.world.must("handoff", thread.id, "--to", there.name, "--detach");
    await thread.when("the target is ready", ({ handoff }) => handoff?.phase === "ready");
    openGates(thread);
    await here.points.reached("hold.given-back");
    await comesBack(here);
    await runs.holds(thread);
    expect(await thread.view()).toMatchObject({ moved: { ok: true } });
  }));

/** Its last word never comes, but its checkpoint has reached the hub: the turn must not be done again on the target. */
test.concurrent.for(["checkpoint.sent", "turn.done"] satisfies KillPoint[])(
  "a source that is killed at %s, when its target is ready",
  (point) =>
    withPair(async (pair) => {
      const thread = await startUpTo("two", pair);
      const { here, there } = await runs.placeOf(thread, pair);
      here.points.arm(point);
      await crash.world.must("handoff", thread.id, "--to", there.name, "--detach");
      await thread.when("the target is ready", ({ handoff }) => handoff?.phase === "ready");
      openGates(thread);
      await here.points.reached(point);
      await comesBack(here);
      await runs.holds(thread);
      expect(thread.script.attempts()).not.toContain("2.2");
    }),
);

test.concurrent("a fan-out that is stopped while a host takes its place back", () =>
  withPair(async (pair) => {
    const { world } = crash;
    const point = "hold.given-back";
    for (const { points } of pair.machines) points.arm(point, "wait");
    const goal = fanOutGoal(["f1", "f2"], { script: "sleep 300", host: { labels: [pair.label] } });
    const thread = await world.start({ plan: { turns: {} }, goal });
    const here = await until(() => pair.machines.find(({ points }) => points.hasReached(point)), { why: point });
    for (const { points } of pair.machines) points.disarm(point);
    const working = ({ thread: id }: { readonly thread: string | null }) => processesWith(`BATON_THREAD=${id}`).length > 0;
    const holds = ({ tasks }: TreeView) => tasks.length === 2 && tasks.every(working);
    await whenTree(world, thread, { why: "both work", holds });
    await world.must("stop", thread.id);
    here.points.release(point);
    await thread.settled("stopped");
  }));

// What follows happens to the home machine, whose services every command needs: one after the other.

test.for(inHandoffsAtHome)("a handoff whose $victim is killed at $point", ({ point, victim }) =>
  withPair((pair) => handOff(pair, point, victim)),
);

test.for(["hub.claimed", "hub.asked", "hub.indexed", "hub.moved-in", "hub.ref-moved", "hub.recorded"] satisfies KillPoint[])(
  "a hub that is killed at %s",
  (point) =>
    withPair(async (pair) => {
      const thread = point === "hub.claimed" ? undefined : await startUpTo("two", pair);
      const { hub } = crash.world.pids();
      crash.points.arm(point);
      const disturbed = thread ?? (await runs.start(pair, gated));
      openGates(disturbed);
      await crash.points.reached(point);
      await crash.revive("hub", hub);
      await runs.holds(disturbed);
      expect(disturbed.script.attempts()).toEqual(once);
    }),
);

/** Delivery is tried five times, so that each thread can have it killed at a few points in a row. */
const inDelivery: readonly (readonly KillPoint[])[] = [
  ["delivery.begun", "delivery.fetched", "delivery.pushed"],
  ["delivery.fenced", "delivery.moved", "delivery.done"],
];

test.for(inDelivery)("the home machine's host that is killed at %s, %s and %s", (points) =>
  withPair(async (pair) => {
    const { world } = crash;
    const remote = join(world.root, `remote-${points[0]}.git`);
    const prepared = await world.prepare({
      plan: { turns: { 1: work, 2: end } },
      goal: (script) => ({ agents: script.agents, host: { labels: [pair.label] }, deliver: { push: remote } }),
    });
    await prepared.repository.git("init", "--quiet", "--bare", remote);
    // All at once, as the host may come to the next one while it is waited for.
    for (const point of points) crash.points.arm(point);
    const thread = await world.run(prepared);
    for (const point of points) {
      await crash.points.reached(point, 60_000);
      await until(async () => (await world.baton(["up"])).code === 0, { why: "the host is back", withinMs: 60_000 });
    }
    await runs.holds(thread);
    expect(await thread.view()).toMatchObject({ delivered: true, reason: expect.not.stringContaining("away") as string });
    expect(await prepared.repository.git("ls-remote", "--heads", remote)).toContain(thread.branch);
  }),
);
