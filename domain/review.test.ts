import { describe, expect, it } from "vitest";
import { goalFor, play, threadWith, type PlayedTurn } from "../test/support/play-thread.ts";
import type { Goal } from "./goal.ts";
import { afterAnswer } from "./questions.ts";
import type { ReviewFinding } from "./review.ts";
import { viewOf } from "./view.ts";

const worker = { use: "codex", args: [], env: [] } as const;
const reviewed = (change: Partial<Goal> = {}, rounds = 2): Goal =>
  goalFor({ review: { use: "claude", model: "haiku", args: [], env: [], timeoutMs: 1000, rounds }, ...change });
const judged = (rounds?: number) =>
  reviewed({ agents: { worker, judge: { use: "command", args: [], env: [], timeoutMs: 1000 } } }, rounds);

const bug: ReviewFinding = { text: "rounds twice", file: "src/cart.ts", line: 12, blocking: true };
const remark: ReviewFinding = { text: "a shorter name", blocking: false };
const approved: PlayedTurn = { failed: [] };
const objected: PlayedTurn = { failed: [], findings: [bug, remark] };

describe("a loop with a reviewer", () => {
  it("asks it only when the checks pass, and is achieved when it approves", () => {
    const { state, turns, reviews } = play(threadWith(reviewed()), [{}, { failed: [], findings: [remark] }]);
    expect([turns.length, reviews]).toEqual([2, 1]);
    expect(state.ending).toEqual({ status: "achieved", reason: "1 of 1 checks passed and the reviewer approved" });
    expect(state.turns.map(({ review }) => review)).toEqual([undefined, "approved"]);
    expect(viewOf(state, "").review).toMatchObject({
      reviewer: "claude haiku",
      round: 0,
      outcome: "approved",
      findings: [remark],
    });
  });

  it("gives what it objects to back to the worker, and goes on to the judge when that is mended", () => {
    const { state, turns } = play(threadWith(judged()), [objected, { ...approved, verdict: "met" }]);
    expect(turns).toHaveLength(2);
    expect(state.turns.map(({ review, verdict }) => [review, verdict])).toEqual([
      ["objected", undefined],
      ["approved", "met"],
    ]);
    expect(state.ending?.reason).toBe("1 of 1 checks passed and the judge found every criterion met");
  });

  it("counts what reviews use", () => {
    const { state } = play(threadWith(reviewed()), [objected, approved]);
    expect(state.spent.tokens).toBe(2 * (10 + 7));
    expect(state.spent.timeMs).toBe(2 * (100 + 50 + 7));
  });

  it("gives findings back for as many rounds as the goal says; then they stay open", () => {
    const { state, turns, reviews } = play(threadWith(reviewed({}, 2)), [objected, objected, objected, objected]);
    expect([turns.length, reviews]).toEqual([3, 3]);
    expect(state.ending).toEqual({ status: "achieved", reason: "1 of 1 checks passed; 1 finding of the reviewer is open" });
    expect(viewOf(state, "").review).toMatchObject({ round: 2, rounds: 2, outcome: "objected", findings: [bug, remark] });
  });

  it("lets the judge decide about findings that stay open", () => {
    const start = threadWith(judged(1));
    const { state } = play(start, [objected, { ...objected, verdict: "not yet" }]);
    expect([state.phase, state.review?.round, state.verdict?.overall]).toEqual(["turn", 1, "not yet"]);
    const met = play(start, [objected, { ...objected, verdict: "met" }]).state;
    expect(met.ending?.reason).toContain("every criterion met; 1 finding of the reviewer is open");
  });

  it("is not asked about the same files again: the answer stands, and uses up a round", () => {
    const same = { ...objected, tree: "same" };
    const { state, turns, reviews } = play(threadWith(reviewed({}, 2)), [same, same, same]);
    expect([turns.length, reviews]).toEqual([3, 1]);
    expect(state.ending?.reason).toContain("1 finding of the reviewer is open");
    const again = play(threadWith(judged()), [
      { ...approved, tree: "same", verdict: "not yet" },
      { ...approved, tree: "same", verdict: "met" },
    ]);
    expect(again.reviews).toBe(1);
    expect(again.state.ending?.status).toBe("achieved");
  });

  it("keeps findings in view while the turn that mends them breaks a check", () => {
    const { state } = play(threadWith(reviewed()), [objected, {}]);
    expect(state.review).toMatchObject({ round: 1, outcome: "objected", turn: 1 });
  });

  it("never takes a missing review for a good one", () => {
    const { state, stoppedAt } = play(threadWith(reviewed()), [{ failed: [], findings: null }]);
    expect(stoppedAt).toEqual({ kind: "wait", for: "answer" });
    expect(state.questions[0]).toMatchObject({ kind: "review", text: expect.stringContaining("the reviewer wrote nothing") });
    expect(afterAnswer(state, { choice: "continue" }, 0).phase).toBe("review");
    expect(afterAnswer(state, { choice: "stop" }, 0).ending?.status).toBe("stopped");
  });

  it("keeps to the ladder of a loop without progress", () => {
    const goal = reviewed({ onFailure: { sameFailure: 9, noProgress: 1, then: "ask" } }, 9);
    const same = { ...objected, tree: "same" };
    const { state } = play(threadWith(goal), [same, same, same, same, same]);
    expect(state.questions[0]).toMatchObject({ kind: "noProgress" });
    expect(state.questions[0]?.facts).toContain("failing: src/cart.ts:12: rounds twice");
  });
});
