import { describe, expect, test } from "vitest";
import {
  answerWaitSummary,
  backOffSummary,
  deliverSummary,
  holdSummary,
  judgeSummary,
  pauseWaitSummary,
  reviewSummary,
  turnSummary,
  verifySummary,
  workspaceSummary,
} from "./summaries.ts";

const lead = { turn: 3, agent: "codex", attempt: 1, wrapUp: false };

describe("summaries tell what led to a step", () => {
  test.each([
    [{ ...lead, turn: 1 }, "turn 1 · codex · first turn"],
    [{ ...lead, checks: { passed: 2, of: 3 } }, "turn 3 · codex · after 2 of 3 checks"],
    [{ ...lead, checks: { passed: 3, of: 3 }, verdict: "not yet" }, "turn 3 · codex · after judge: not yet"],
    [{ ...lead, checks: { passed: 2, of: 3 }, verdict: "not yet" }, "turn 3 · codex · after 2 of 3 checks"],
    [{ ...lead, wrapUp: true }, "turn 3 · codex · wrap-up"],
    [{ ...lead, attempt: 2, attemptAfter: "host loss" }, "turn 3 · codex · attempt 2 after host loss"],
    [lead, "turn 3 · codex"],
  ])("turn %#", (turn, summary) => {
    expect(turnSummary(turn)).toBe(summary);
  });

  test("other steps", () => {
    const claude = { use: "claude", model: "haiku", args: [], env: [], timeoutMs: 1 } as const;
    expect(verifySummary({ checks: 4, turn: 3 })).toBe("verify 4 checks · turn 3");
    expect(verifySummary({ checks: 1, turn: 3 })).toBe("verify 1 check · turn 3");
    expect(judgeSummary({ criteria: 2, judge: claude, turn: 3 })).toBe("judge 2 criteria · claude haiku · turn 3");
    const reviewer = { use: "claude", args: [], env: [], timeoutMs: 1, rounds: 2 } as const;
    expect(reviewSummary({ reviewer, turn: 3 })).toBe("review · claude · turn 3");
    expect(backOffSummary({ reason: "rate limited", waitMs: 60_000 })).toBe("rate limited: next try in 60 s");
    expect(holdSummary({ where: "pool any", thread: "cart-7f3k" })).toBe("hold a place on pool any · cart-7f3k");
    expect(workspaceSummary({ host: "big-1", turn: 2 })).toBe("open the workspace on big-1 · as after turn 1");
    expect(deliverSummary({ branch: "baton/cart", status: "achieved" })).toBe("deliver baton/cart · achieved");
    expect(pauseWaitSummary("ann")).toBe("paused by ann");
  });

  test("stay short in characters and in bytes, on one line", () => {
    for (const summary of [answerWaitSummary("why?\n".repeat(100)), answerWaitSummary("漢字".repeat(200))]) {
      expect(summary.length).toBeLessThanOrEqual(180);
      expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(200);
      expect(summary).not.toContain("\n");
    }
  });
});
