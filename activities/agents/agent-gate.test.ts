import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createAgentGate, type AgentGate, type AgentPass } from "./agent-gate.ts";

const timing = { backoffMs: 20, backoffMaxMs: 100 };
const codex = { kind: "codex", provider: "openai" } as const;
const claude = { kind: "claude", provider: "anthropic" } as const;
const model = { kind: "model", provider: "openai" } as const;

interface Entry {
  readonly said: string[];
  readonly pass: Promise<AgentPass | null>;
  state: "waits" | "in" | "gone";
}

let threads = 0;

function enter(gate: AgentGate, service: typeof codex | typeof claude | typeof model, more: object = {}): Entry {
  const said: string[] = [];
  const wish = {
    thread: `t-${(threads += 1)}`,
    service,
    priority: 3,
    signal: new AbortController().signal,
    onWait: (reason: string) => said.push(reason),
  };
  const entry: Entry = { said, state: "waits", pass: gate.enter({ ...wish, ...more }) };
  void entry.pass.then((pass) => (entry.state = pass === null ? "gone" : "in"));
  return entry;
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, "random").mockReturnValue(0);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** Admission takes no more than a few microtasks. */
const settled = () => vi.advanceTimersByTimeAsync(0);
const statesOf = async (...entries: readonly Entry[]) => {
  await settled();
  return entries.map(({ state }) => state);
};

test("no more agents of a kind run than are allowed, and others are not kept waiting", async () => {
  const gate = createAgentGate({ ...timing, limits: { codex: 1 } });
  const [first, second, other] = [enter(gate, codex), enter(gate, codex), enter(gate, claude)];
  expect(await statesOf(first, second, other)).toEqual(["in", "waits", "in"]);
  expect(second.said).toEqual(["1 of 1 codex run on this host"]);
  (await first.pass)?.leave("served");
  expect(await statesOf(second)).toEqual(["in"]);
});

test("a provider's limit holds for all kinds of agents that use it", async () => {
  const gate = createAgentGate({ ...timing, limits: { openai: 2, codex: 5 } });
  const entries = [enter(gate, codex), enter(gate, model), enter(gate, model)];
  expect(await statesOf(...entries)).toEqual(["in", "in", "waits"]);
  expect(entries[2]!.said).toEqual(["2 of 2 openai run on this host"]);
});

test("what a person waits for goes first, then who came first", async () => {
  const gate = createAgentGate({ ...timing, limits: { codex: 1 } });
  const running = enter(gate, codex);
  const [subagent, another, person] = [
    enter(gate, codex, { priority: 4 }),
    enter(gate, codex, { priority: 4 }),
    enter(gate, codex, { priority: 2 }),
  ];
  (await running.pass)?.leave("served");
  expect(await statesOf(subagent, another, person)).toEqual(["waits", "waits", "in"]);
  (await person.pass)?.leave("served");
  expect(await statesOf(subagent, another)).toEqual(["in", "waits"]);
});

test("who is canceled while waiting leaves the queue", async () => {
  const gate = createAgentGate({ ...timing, limits: { codex: 1 } });
  const running = enter(gate, codex);
  const control = new AbortController();
  const [canceled, next] = [enter(gate, codex, { signal: control.signal }), enter(gate, codex)];
  control.abort();
  expect(await statesOf(canceled, next)).toEqual(["gone", "waits"]);
  (await running.pass)?.leave("unknown");
  expect(await statesOf(next)).toEqual(["in"]);
  expect(await enter(gate, codex, { signal: control.signal }).pass).toBeNull();
});

test("after one agent was refused nobody starts another of that provider before its time", async () => {
  const gate = createAgentGate({ ...timing, limits: {} });
  (await enter(gate, codex).pass)?.leave({ limited: { retryAfterMs: 30 } });
  const [same, alike, other] = [enter(gate, codex), enter(gate, model), enter(gate, claude)];
  expect(await statesOf(same, alike, other)).toEqual(["waits", "waits", "in"]);
  expect(same.said[0]).toMatch(/^openai is rate limited until \d{4}-.*Z$/);
  await vi.advanceTimersByTimeAsync(29);
  expect(await statesOf(same, alike)).toEqual(["waits", "waits"]);
  await vi.advanceTimersByTimeAsync(1);
  expect(await statesOf(same, alike)).toEqual(["in", "waits"]);
  (await same.pass)?.leave("served");
  expect(await statesOf(alike)).toEqual(["in"]);
});

test("a pass that is given back twice counts once", async () => {
  const gate = createAgentGate({ ...timing, limits: { codex: 1 } });
  const first = await enter(gate, codex).pass;
  first?.leave("served");
  first?.leave("served");
  expect(await statesOf(enter(gate, codex), enter(gate, codex))).toEqual(["in", "waits"]);
});

test("an agent that only waits for others lets them run meanwhile", async () => {
  const gate = createAgentGate({ ...timing, limits: { codex: 1 } });
  const [parent, child, other] = [enter(gate, codex, { thread: "parent" }), enter(gate, codex), enter(gate, codex)];
  const takeBack = gate.lend("parent");
  expect(await statesOf(parent, child, other)).toEqual(["in", "in", "waits"]);
  takeBack();
  (await child.pass)?.leave("served");
  expect(await statesOf(other)).toEqual(["waits"]);
  (await parent.pass)?.leave("served");
  expect(await statesOf(other)).toEqual(["in"]);
});

test("an agent that waits twice at once lets one other run, until it waits no more", async () => {
  const gate = createAgentGate({ ...timing, limits: { codex: 1 } });
  const [parent, child, other] = [enter(gate, codex, { thread: "parent" }), enter(gate, codex), enter(gate, codex)];
  const takeBack = [gate.lend("parent"), gate.lend("parent")];
  expect(await statesOf(parent, child, other)).toEqual(["in", "in", "waits"]);
  takeBack[0]?.();
  takeBack[0]?.();
  (await child.pass)?.leave("served");
  expect(await statesOf(other)).toEqual(["in"]);
  takeBack[1]?.();
  (await other.pass)?.leave("served");
  expect(await statesOf(enter(gate, codex))).toEqual(["waits"]);
});
