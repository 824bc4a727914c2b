import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createCrashWorld, type CrashWorld, type Machine } from "../support/crash-world.ts";
import { violations } from "../support/invariants.ts";
import type { Action, Plan } from "../support/script.ts";
import type { TestThread } from "../support/test-thread.ts";
import { until } from "../support/until.ts";

let crash: CrashWorld;
let first: Machine;
let second: Machine;
let tree: string;

const done: Action = ["write", ["done", "yes\n"]];
const usage: Action = ["usage", { input_tokens: 100, output_tokens: 10 }];
const work: readonly Action[] = [["write", ["one.txt", "1\n"]], usage];
const end: readonly Action[] = [["write", ["two.txt", "2\n"]], usage, done];

beforeAll(async () => {
  crash = await createCrashWorld({ BATON_KEEP_PLACE_MS: "300000" });
  [first, second] = await Promise.all([
    crash.machine("first", { labels: ["far"], args: ["--no-workflows"] }),
    crash.machine("second", { labels: ["far"], args: ["--no-workflows"] }),
  ]);
  const undisturbed = await start({ turns: { 1: work, 2: end } });
  await undisturbed.settled();
  tree = await undisturbed.repository.git("rev-parse", `${undisturbed.branch}^{tree}`);
  expect(await violations(crash.world, undisturbed, { turns: 2 })).toEqual([]);
});
afterAll(() => crash.close());

const start = (plan: Plan, goal: Record<string, unknown> = {}) =>
  crash.world.start({ plan, goal: (script) => ({ agents: script.agents, host: { labels: ["far"] }, ...goal }) });

async function on(thread: TestThread): Promise<{ here: Machine; there: Machine }> {
  const view = await thread.when("it has a place", ({ host }) => host === "first" || host === "second");
  return view.host === "first" ? { here: first, there: second } : { here: second, there: first };
}

/** Waits for the end, with the killed machine back, and checks what must hold. */
async function holds(thread: TestThread, more: { turns?: number; tree?: string } = { turns: 2, tree }): Promise<void> {
  await thread.settled("achieved", 90_000);
  expect(await violations(crash.world, thread, more)).toEqual([]);
}

test("a host that is killed in mid-turn, and stays away until the thread has ended", async () => {
  const thread = await start({ turns: { 1: work, 2.1: [...end, ["flee", 300], ["gate", "never"]], 2.2: end } });
  await thread.script.reached("never");
  const { here, there } = await on(thread);
  await here.kill9();
  const killedAt = performance.now();
  await thread.when("the other one has it", ({ host, attempt }) => host === there.name && attempt === 2);
  expect(performance.now() - killedAt).toBeLessThan(12_000);
  await thread.settled();
  expect(here.processes()).not.toEqual([]);
  await here.start();
  await holds(thread);
});

test("a host that is killed in verification", async () => {
  const thread = await start(
    { turns: { 1: work, 2: end } },
    { verify: [{ name: "held", run: 'test ! -f done || test -f "$HOME/../../checked" || sleep 3' }, "test -f done"] },
  );
  await thread.when("it verifies the second turn", ({ turn, doing }) => turn === 2 && doing.includes("verif"));
  const { here } = await on(thread);
  await here.kill9();
  await here.start();
  await holds(thread);
  expect(thread.script.attempts()).toEqual(["1.1", "2.1"]);
});

/** Waits until the hub receives a pack of any thread. */
async function untilPush(): Promise<void> {
  const repositories = join(crash.world.env["BATON_STATE_DIR"] ?? "", "hub", "repositories");
  const receives = () =>
    readdirSync(repositories).some((id) =>
      readdirSync(join(repositories, id, "objects")).some((name) => name.startsWith("incoming-")),
    );
  const deadline = performance.now() + 20_000;
  while (!receives()) {
    if (performance.now() > deadline) throw new Error("nothing was pushed");
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

const heavy: readonly Action[] = [["sh", "head -c 15000000 /dev/urandom > big.bin"], usage];

test("a host that is killed while it pushes a checkpoint", async () => {
  const thread = await start({ turns: { 1: [["gate", "go"], ...heavy], 2: end } });
  await thread.script.reached("go");
  const { here } = await on(thread);
  const pushed = untilPush();
  thread.script.open("go");
  await pushed;
  await here.kill9();
  await here.start();
  await holds(thread, { turns: 2 });
});

test("a hub that is killed while it receives a checkpoint", async () => {
  const thread = await start({ turns: { 1: [["gate", "go"], ...heavy], 2: end } });
  await thread.script.reached("go");
  const pushed = untilPush();
  thread.script.open("go");
  await pushed;
  await crash.world.kill9("hub");
  await holds(thread, { turns: 2 });
  expect(thread.script.attempts()).toEqual(["1.1", "2.1"]);
});

test("a Temporal server that is killed during a turn", async () => {
  const thread = await start({ turns: { 1: [...work, ["gate", "go"]], 2: end } });
  await thread.script.reached("go");
  await crash.world.kill9("temporal");
  thread.script.open("go");
  await until(() => crash.world.pids()["temporal"], { why: "Temporal is back" });
  await holds(thread);
});

test("an agent that is killed", async () => {
  const thread = await start({ turns: { 1: work, 2.1: [["gate", "never"]], 2.2: end } });
  process.kill(await thread.script.reached("never"), "SIGKILL");
  await holds(thread);
  expect(thread.script.attempts()).toEqual(["1.1", "2.1", "2.2"]);
});

test("a target that is killed while it gets ready for a handoff", async () => {
  const thread = await start(
    { turns: { 1: [["gate", "go"], ...work], 2: end } },
    { setup: 'test "$BATON_EPOCH" = 1 || { touch "$HOME/preparing"; sleep 60; }' },
  );
  await thread.script.reached("go");
  const { here, there } = await on(thread);
  await crash.world.must("handoff", thread.id, "--to", there.name, "--detach");
  await until(() => existsSync(join(crash.world.root, "homes", there.name, "preparing")), { why: "it prepares" });
  await there.kill9();
  await thread.when("the handoff is given up", ({ handoff, moved }) => handoff === null && moved?.ok === false);
  await there.start();
  thread.script.open("go");
  await holds(thread);
  expect(await thread.view()).toMatchObject({ epoch: 1, moved: { ok: false } });
  expect(here.processes()).toEqual([]);
});

test("a target that is killed right after the switch", async () => {
  const thread = await start({ turns: { 1: [["gate", "go"], ...work], 2: end } });
  await thread.script.reached("go");
  const { there } = await on(thread);
  await crash.world.must("handoff", thread.id, "--to", there.name, "--detach");
  await thread.when("the target is ready", ({ handoff }) => handoff?.phase === "ready");
  there.link("stall", "hub");
  thread.script.open("go");
  await thread.when("it has switched", ({ epoch }) => epoch === 2);
  await there.kill9();
  there.link("heal");
  await there.start();
  await holds(thread);
  expect((await thread.view()).moved?.ok).toBe(false);
});

test("the home machine's host that is killed while it delivers", async () => {
  const { world } = crash;
  const remote = join(world.root, "remote.git");
  const prepared = await world.prepare({
    plan: { turns: { 1: work, 2: end } },
    goal: (script) => ({ agents: script.agents, host: { labels: ["far"] }, deliver: { push: remote } }),
  });
  await prepared.repository.git("init", "--quiet", "--bare", remote);
  const reached = join(world.root, "delivering");
  writeFileSync(join(remote, "hooks", "pre-receive"), `#!/bin/sh\ntest -f ${reached} && exit 0\ntouch ${reached}\nsleep 60\n`, {
    mode: 0o755,
  });
  const thread = await world.run(prepared);
  await until(() => existsSync(reached), { why: "it delivers" });
  await world.kill9("host");
  await holds(thread);
  expect(await thread.view()).toMatchObject({ delivered: true, reason: expect.not.stringContaining("away") as string });
  expect(await prepared.repository.git("ls-remote", "--heads", remote)).toContain(thread.branch);
});
