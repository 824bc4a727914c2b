import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { heldSignal, hostRestartedSignal, threadWorkflowId } from "../../workflows/messages.ts";
import { createCrashWorld, type CrashWorld, type Machine } from "../support/crash-world.ts";
import { violations } from "../support/invariants.ts";
import type { Action, Plan } from "../support/script.ts";
import type { TestThread } from "../support/test-thread.ts";
import { until } from "../support/until.ts";

let crash: CrashWorld;
let first: Machine;
let second: Machine;

const done: Action = ["write", ["done", "yes\n"]];
const usage: Action = ["usage", { input_tokens: 100, output_tokens: 10 }];

beforeAll(async () => {
  crash = await createCrashWorld();
  [first, second] = await Promise.all([
    crash.machine("first", { labels: ["far"], args: ["--no-workflows"] }),
    crash.machine("second", { labels: ["far"], args: ["--no-workflows"] }),
  ]);
});
afterEach(() => {
  for (const machine of [first, second]) {
    machine.host().signal("SIGCONT");
    machine.link("heal");
  }
});
afterAll(() => crash.close());

const start = (plan: Plan, goal: Record<string, unknown> = {}) =>
  crash.world.start({ plan, goal: (script) => ({ agents: script.agents, host: { labels: ["far"] }, ...goal }) });

async function on(thread: TestThread): Promise<{ here: Machine; there: Machine }> {
  const view = await thread.when("it has a place", ({ host }) => host === "first" || host === "second");
  return view.host === "first" ? { here: first, there: second } : { here: second, there: first };
}

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
  expect(await violations(crash.world, thread, { turns: 2 })).toEqual([]);
  await expect(thread.repository.file(thread.branch, "half.txt")).rejects.toThrow();
}

test("a host that sleeps while its thread is taken over elsewhere, and wakes up", async () => {
  const thread = await start(stuck);
  await thread.script.reached("never");
  const { here, there } = await on(thread);
  here.host().signal("SIGSTOP");
  const view = await thread.settled();
  // A poll that the lost host has open may swallow a claim or two: each costs a heartbeat timeout.
  expect(view.epoch).toBeGreaterThanOrEqual(2);
  expect(thread.script.attempts()).toEqual(["1.1", "2.1", "2.2"]);
  expect(here.processes()).not.toEqual([]);
  here.host().signal("SIGCONT");
  await isFenced(thread, here);
  expect(there.processes()).toEqual([]);
});

test.for(["cut", "stall"] as const)(
  "a host whose links are lost (%s) while its thread is taken over, and come back",
  async (fault) => {
    const thread = await start(stuck);
    await thread.script.reached("never");
    const { here } = await on(thread);
    here.link(fault);
    const view = await thread.settled();
    // Its own clock may have stopped the agent by now; what must hold is that it is fenced when its links are back.
    expect(view.epoch).toBeGreaterThanOrEqual(2);
    here.link("heal");
    await isFenced(thread, here);
  },
);

test("links that are lost for less than a heartbeat timeout cost nothing", async () => {
  const thread = await start({ turns: { 1: [["gate", "go"], usage], 2: [usage, done] } });
  await thread.script.reached("go");
  const { here } = await on(thread);
  here.link("stall");
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  here.link("heal");
  thread.script.open("go");
  expect(await thread.settled()).toMatchObject({ epoch: 1 });
  expect(thread.script.attempts()).toEqual(["1.1", "2.1"]);
});

test("a late word of an old epoch changes nothing in the Workflow", async () => {
  const thread = await start({
    turns: { 1: [["write", ["one.txt", "1\n"]], usage, ["gate", "go"]], 2: [["gate", "last"], usage, done] },
  });
  await thread.script.reached("go");
  const { here, there } = await on(thread);
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
  expect(await violations(crash.world, thread, { turns: 2 })).toEqual([]);
});

const full = mountSmallDisk();

test.skipIf(full.why !== undefined)(
  `a host whose disk is full${full.why === undefined ? "" : ` (skipped: ${full.why})`}`,
  async () => {
    const machine = await crash.machine("small", {
      labels: ["small"],
      args: ["--no-workflows"],
      env: { BATON_STATE_DIR: full.folder },
    });
    const filler = join(full.folder, "filler");
    const thread = await start(
      { turns: { "*": [["write", ["done", "yes\n"]], usage, ["gate", "go"]] } },
      { host: { labels: ["small"] } },
    );
    await thread.script.reached("go");
    execFileSync("sh", ["-c", `cat /dev/zero > ${filler} 2>/dev/null || true`]);
    thread.script.open("go");
    const asked = await thread.asks();
    expect(JSON.stringify(asked.questions)).toMatch(/disk is full|no space/i);
    rmSync(filler);
    await crash.world.must("answer", thread.id, "continue");
    await thread.settled();
    expect(await violations(crash.world, thread, { turns: 1 })).toEqual([]);
    await machine.host().stop();
  },
);

afterAll(() => full.unmount());

function mountSmallDisk(): { folder: string; why?: string; unmount(): void } {
  const folder = `/tmp/baton-small-disk-${process.pid}`;
  mkdirSync(folder, { recursive: true });
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=24m", "tmpfs", folder], { stdio: "pipe" });
    writeFileSync(join(folder, "probe"), "");
    const unmount = () => {
      execFileSync("umount", ["--lazy", folder], { stdio: "pipe" });
      remove();
    };
    return { folder, unmount };
  } catch (error) {
    remove();
    return { folder, why: `no tmpfs can be mounted: ${String(error).split("\n").at(-1)}`, unmount: () => undefined };
  }
}
