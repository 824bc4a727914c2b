import { describe, expect, it } from "vitest";
import { achieved, failed, fanOutGoal, listed, started, told, toldUnspent } from "../../test/support/play-fan-out.ts";
import { afterGranted, grantable } from "./after-news.ts";
import { nextStep } from "../next-step.ts";
import { afterBudgetChange, ask, budgetQuestion } from "../questions.ts";
import { subagentStart } from "./subagent-start.ts";
import { atTime } from "../thread.ts";

describe("the budget of a tree", () => {
  const goal = fanOutGoal({ parallel: 4 }, { budget: { turns: 3, turnTimeMs: 60_000 } });
  const wants = (turn: number) => ({ kind: "wantsTurn", turn, attempt: 1 }) as const;

  it("grants as many attempts as there is room for, and parks the tree with one question when there is none", () => {
    let state = started(listed(["a", "b", "c", "d"], goal), "a", "b", "c", "d");
    for (const key of ["a", "b", "c", "d"]) state = toldUnspent(state, key, wants(1));
    expect(grantable(state).map(({ thread }) => thread)).toEqual(["a-1", "b-1", "c-1"]);
    state = afterGranted(state, ["a-1", "b-1", "c-1"]);
    expect(grantable(state)).toEqual([]);
    for (const key of ["a", "b", "c"]) state = told(state, key, wants(2));
    expect(grantable(state)).toEqual([]);
    const step = nextStep(state);
    expect(step).toEqual({ kind: "askAboutBudget", exhausted: ["turns"] });
    state = ask(state, budgetQuestion(state, ["turns"]), 1);
    state = afterBudgetChange(state, { turns: { add: 1 } });
    expect(state.questions).toEqual([]);
    expect(grantable(state)).toHaveLength(1);
  });

  it("lets no turn go beyond its wall time, also when that is its only limit", () => {
    const limited = fanOutGoal({ parallel: 4 }, { budget: { wallTimeMs: 60_000, turnTimeMs: 300_000 } });
    const state = toldUnspent(started(listed(["a"], limited), "a"), "a", wants(1));
    expect(subagentStart(state.start, state.fanOut!.tasks[0]!, { id: "a-1" }).tree?.metered).toBe(true);
    expect(grantable(atTime(state, 20_000))).toMatchObject([{ thread: "a-1", grant: { timeMs: 40_000 } }]);
    expect(grantable(atTime(state, 60_000))).toEqual([]);
    expect(nextStep(atTime(state, 60_000))).toEqual({ kind: "askAboutBudget", exhausted: ["wallTimeMs"] });
  });

  it("counts an attempt as in flight until its thread tells what it used", () => {
    let state = afterGranted(toldUnspent(started(listed(["a"], goal), "a"), "a", wants(1)), ["a-1"]);
    state = toldUnspent(state, "a", { kind: "working" });
    expect(state.fanOut?.inFlight).toEqual(["a-1"]);
    expect(told(state, "a", wants(2)).fanOut).toMatchObject({ inFlight: [], spent: { turns: 1 } });
  });

  it("counts what runs when the first limit is set, until it tells what it used", () => {
    const free = started(listed(["a", "b", "c", "d"], fanOutGoal()), "a", "b");
    let state = afterBudgetChange(free, { turns: { set: 3 } });
    expect(afterBudgetChange(state, { turns: { add: 1 } }).fanOut).toEqual(state.fanOut);
    state = toldUnspent(started(told(state, "a", achieved), "c"), "c", wants(1));
    expect(grantable(state)).toHaveLength(1);
    state = toldUnspent(started(told(afterGranted(state, ["c-1"]), "c", achieved), "d"), "d", wants(1));
    expect(state.fanOut).toMatchObject({ inFlight: ["b-1"], spent: { turns: 2 } });
    expect(grantable(state)).toEqual([]);
  });

  it("does not wait for a thread that is over", () => {
    let state = toldUnspent(started(listed(["a"], goal), "a"), "a", wants(1));
    state = told(state, "a", failed("x"));
    expect(state.fanOut).toMatchObject({ wanting: [], inFlight: [] });
    expect(told(state, "a", wants(2)).fanOut?.wanting).toEqual([]);
  });
});
