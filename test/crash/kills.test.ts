import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { crashRuns, end, openPair, usage, work, type Pair } from "../support/crash-runs.ts";
import { createCrashWorld, type CrashWorld } from "../support/crash-world.ts";
import { terminateThread } from "../support/end-thread.ts";
import { readHubThread } from "../support/hub-ledgers.ts";
import type { Action } from "../support/script.ts";
import { until } from "../support/until.ts";

let crash: CrashWorld;
let runs: ReturnType<typeof crashRuns>;
let pair: Pair;

beforeAll(async () => {
  crash = await createCrashWorld({ BATON_KEEP_PLACE_MS: "300000" });
  runs = crashRuns(crash);
  pair = await openPair(crash, "far");
  await runs.rehearse(pair);
});
afterAll(() => crash.close());

test("a host that is killed in mid-turn, and stays away until the thread has ended", async () => {
  const thread = await runs.start(pair, { turns: { 1: work, 2.1: [...end, ["flee", 300], ["gate", "never"]], 2.2: end } });
  await thread.script.reached("never");
  const { here, there } = await runs.placeOf(thread, pair);
  await here.kill9();
  const killedAt = performance.now();
  await thread.when("the other one has it", ({ host, attempt }) => host === there.name && attempt === 2);
  expect(performance.now() - killedAt).toBeLessThan(12_000);
  await thread.settled();
  expect(here.processes()).not.toEqual([]);
  await here.start();
  await runs.holds(thread);
});

/** As long as it takes for its host to come back: only that one's disk has what the hub does not have. */
const waits = ({ label }: Pair) => ({ host: { labels: [label], on_loss: "wait" } });

test("a host that is killed when its turn has ended, while the hub is away", async () => {
  const thread = await runs.start(pair, { turns: { 1: work, 2: [["gate", "go"], ...end] } }, waits(pair));
  await thread.script.reached("go");
  const { here } = await runs.placeOf(thread, pair);
  here.link("cut", "hub");
  thread.script.open("go");
  const journal = join(here.host().stateDir, "host", "threads", thread.id, "turn.json");
  await until(() => readFileSync(journal, "utf8").includes('"ended"'), { why: "the turn has ended" });
  await here.kill9();
  here.link("heal");
  await here.start();
  await runs.holds(thread);
  expect(thread.script.attempts()).toEqual(["1.1", "2.1"]);
});

test("a host that is killed in mid-turn and comes back, with what its agent had made so far", async () => {
  const half: Action = ["write", ["half.txt", "half\n"]];
  const thread = await runs.start(pair, { turns: { 1: work, 2.1: [half, ["gate", "never"]], 2.2: end } }, waits(pair));
  await thread.script.reached("never");
  const { here } = await runs.placeOf(thread, pair);
  await here.kill9();
  await here.start();
  await runs.holds(thread, { turns: 2 });
  expect(thread.script.attempts()).toEqual(["1.1", "2.1", "2.2"]);
  expect(await thread.repository.file(thread.branch, "half.txt")).toBe("half");
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
  const thread = await runs.start(pair, { turns: { 1: [["gate", "go"], ...heavy], 2: end } });
  await thread.script.reached("go");
  const { here } = await runs.placeOf(thread, pair);
  const pushed = untilPush();
  thread.script.open("go");
  await pushed;
  await here.kill9();
  await here.start();
  await runs.holds(thread, { turns: 2 });
});

test("a hub that is killed while it receives a checkpoint", async () => {
  const thread = await runs.start(pair, { turns: { 1: [["gate", "go"], ...heavy], 2: end } });
  await thread.script.reached("go");
  const pushed = untilPush();
  thread.script.open("go");
  await pushed;
  await crash.world.kill9("hub");
  await runs.holds(thread, { turns: 2 });
  expect(thread.script.attempts()).toEqual(["1.1", "2.1"]);
});

test("a Temporal server that is killed during a turn", async () => {
  const thread = await runs.start(pair, { turns: { 1: [...work, ["gate", "go"]], 2: end } });
  await thread.script.reached("go");
  await crash.world.kill9("temporal");
  thread.script.open("go");
  await until(() => crash.world.pids()["temporal"], { why: "Temporal is back" });
  await runs.holds(thread);
});

test("an agent that is killed", async () => {
  const thread = await runs.start(pair, { turns: { 1: work, 2.1: [["gate", "never"]], 2.2: end } });
  process.kill(await thread.script.reached("never"), "SIGKILL");
  await runs.holds(thread);
  expect(thread.script.attempts()).toEqual(["1.1", "2.1", "2.2"]);
});

test("a thread that somebody terminates in Temporal is settled in the hub by the next host that starts", async () => {
  const thread = await runs.start(pair, { turns: { 1: [...work, ["gate", "never"]] } });
  await thread.script.reached("never");
  const { here } = await runs.placeOf(thread, pair);
  await terminateThread(crash.world, thread.id);
  await until(() => here.processes().length === 0, { why: "its agent is stopped" });
  await here.kill9();
  await here.start();
  const hub = join(crash.world.env["BATON_STATE_DIR"] ?? "", "hub");
  await until(() => readHubThread(hub, thread.id).settledAt, { why: "the hub knows" });
});
