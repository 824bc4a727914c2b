import { expect, test } from "vitest";
import { baseTree, goalFor, threadWith } from "../test/support/play-thread.ts";
import { afterHeld, beforeHold } from "./holds.ts";
import { hasUnheardTurn, takeOver } from "./take-over.ts";
import type { TurnReport } from "./turn.ts";
import { noUsage } from "./usage.ts";

const held = afterHeld(beforeHold(threadWith(goalFor())), { host: "big-1", incarnation: "1" });
const newest: TurnReport = {
  turn: 1,
  attempt: 1,
  epoch: 1,
  process: { kind: "exited", code: 0 },
  agent: { kind: "completed" },
  usage: { ...noUsage, output: 7 },
  activeMs: 5,
  message: "",
  toolCalls: 1,
  commands: "",
  checkpoint: { commit: "c", snapshot: "s", tree: "t" },
  changes: { files: 1, outOfScope: [], outOfScopeCount: 0, restored: [] },
};

test("a turn that the hub has counts, although nobody told the thread of it", () => {
  const state = takeOver(held, { baseTree, newest }, 1);
  expect(state).toMatchObject({ phase: "verify", turn: 1, spent: { tokens: 7 }, checkpoint: { snapshot: "s" } });
});

test("a turn that is known counts once", () => {
  const state = takeOver(held, { baseTree, newest }, 1);
  expect(hasUnheardTurn(state, { newest })).toBe(false);
  expect(takeOver(state, { baseTree, newest }, 2).spent.tokens).toBe(7);
});
