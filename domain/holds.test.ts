import { expect, test } from "vitest";
import { goalFor, threadWith } from "../test/support/play-thread.ts";
import { afterHeld, afterOpened, beforeHold } from "./holds.ts";
import type { ThreadState } from "./thread.ts";

const totals = { input: 600, cached: 400, output: 50 };
const goal = goalFor({ agents: { worker: { use: "codex", args: [], env: [] }, judge: { use: "none" } } });
const session = { agent: "codex", id: "a", totals };

function held(more: Partial<ThreadState>): ThreadState {
  return afterHeld(beforeHold({ ...threadWith(goal), turn: 1, ...more }), { host: "big-1", incarnation: "1" });
}

function openedInside(state: ThreadState, inside: { turn: number; session: { agent: string; id: string } }): ThreadState {
  return afterOpened(state, { baseTree: "t", inside: { attempt: 1, ...inside } });
}

test("a turn that was cut off goes on in its own session; what that used is counted from the last report on", () => {
  const same = openedInside(held({ session }), { turn: 2, session: { agent: "codex", id: "a" } });
  expect(same.session).toEqual(session);
  const fresh = openedInside(held({ session: null, coldStart: "a fresh start" }), {
    turn: 2,
    session: { agent: "codex", id: "b" },
  });
  expect(fresh).toMatchObject({ session: { agent: "codex", id: "b" }, coldStart: null });
  expect(fresh.session).not.toHaveProperty("totals");
});

test("a session of another turn or another agent is left alone", () => {
  const before = held({ session });
  expect(openedInside(before, { turn: 1, session: { agent: "codex", id: "b" } }).session).toEqual(session);
  expect(openedInside(before, { turn: 2, session: { agent: "claude", id: "b" } }).session).toEqual(session);
  expect(openedInside({ ...before, phase: "verify" }, { turn: 2, session: { agent: "codex", id: "b" } }).session).toEqual(
    session,
  );
  expect(afterOpened(before, { baseTree: "t" }).session).toEqual(session);
});
