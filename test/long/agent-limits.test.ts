import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createWorld, type BatonWorld } from "../support/baton-world.ts";
import { shellWorker } from "../support/fan-out.ts";
import { done } from "../support/script.ts";
import { until } from "../support/until.ts";

vi.setConfig({ testTimeout: 300_000 });

let world: BatonWorld;

beforeAll(async () => {
  world = await createWorld({ BATON_HOST_LABELS: "limited" });
});

afterAll(async () => {
  await world.close();
});

const on = (label: string) => ({ host: { labels: [label] } });

async function waits(thread: string): Promise<string[]> {
  const lines = (await world.must("logs", thread, "--json")).stdout.split("\n").filter(Boolean);
  const events = lines.map((line) => (JSON.parse(line) as { event: { kind: string; reason?: string } }).event);
  return events.filter(({ kind }) => kind === "waiting").map(({ reason = "" }) => reason);
}

test("a host runs no more agents of a kind than it is told, and the others say what they wait for", async () => {
  await world.host("narrow", { labels: ["narrow"], places: 4, args: ["--limit", "command=1"] });
  const plan = { turns: { 1: [["gate", "in"], done] as const } };
  const first = await world.start({ plan, goal: on("narrow") });
  await first.script.reached("in");
  const second = await world.start({ plan, goal: on("narrow") });
  const third = await world.start({ plan, goal: on("narrow") });
  const reason = "1 of 1 command run on this host";
  for (const { id } of [second, third]) {
    await until(async () => (await world.view(id)).doing === `turn 1: waiting for command: ${reason}`, { why: `${id} waits` });
  }
  await world.must("stop", third.id);
  await third.settled("stopped");
  expect(third.script.attempts()).toEqual([]);
  expect(second.script.attempts()).toEqual([]);
  first.script.open("in");
  await first.settled();
  await second.script.reached("in");
  second.script.open("in");
  expect(await second.settled()).toMatchObject({ turn: 1 });
  expect(second.script.attempts()).toEqual(["1.1"]);
  expect(await waits(second.id)).toEqual([reason]);
});

test("when an agent is rate limited the others of its provider are not even started", async () => {
  const refused = join(world.root, "refused");
  const script = [
    `if ! test -e ${refused}; then`,
    `  touch ${refused}`,
    `  echo '{ "failure": { "reason": "rate_limit", "detail": "429", "retry_after_s": 20 } }' > "$BATON_RESULT_FILE"`,
    "  exit 1",
    "fi",
    "echo yes > done",
  ].join("\n");
  const goal = { ...on("limited"), agents: { worker: shellWorker(script) } };
  const first = await world.start({ plan: { turns: {} }, goal });
  await until(() => existsSync(refused), { why: "the provider refused" });
  await first.when("it backs off", ({ turns }) => turns.length === 1);
  const second = await world.start({ plan: { turns: {} }, goal });
  const other = await world.start({ plan: { turns: { 1: [done] } }, goal: on("limited") });
  await other.settled();
  expect(await second.settled()).toMatchObject({ turn: 1 });
  expect((await waits(second.id))[0]).toMatch(/^the command is rate limited until /);
  expect(await waits(other.id)).toEqual([]);
  const { turns } = await first.settled();
  expect(turns.map(({ outcome }) => outcome)).toEqual(["failed (rateLimit): 429", "completed"]);
});
