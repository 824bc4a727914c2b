import { afterFloor, withReview } from "./after-review.ts";
import { afterShortfall } from "./after-shortfall.ts";
import { amendLastTurn } from "./amend-last-turn.ts";
import { addSpent } from "./budget.ts";
import { metricDirection } from "./metric.ts";
import { floorHolds } from "./next-step.ts";
import { observe, type Observation } from "./progress.ts";
import { ask } from "./questions.ts";
import { end, type ThreadState } from "./thread.ts";
import type { CriterionVerdict, Verdict } from "./verdict.ts";
import type { Verification } from "./verification.ts";
import { noUsage } from "./usage.ts";

/** Takes in what Baton found out itself, and decides between reviewer, judge, the next turn, a question and the end. */
export function afterVerification(state: ThreadState, verification: Verification, now: number): ThreadState {
  const verified: ThreadState = {
    ...state,
    verification,
    spent: addSpent(state.spent, { usage: noUsage, activeMs: verification.activeMs }),
    progress: observe(state.progress, observation(state, verification)),
    turns: amendLastTurn(state, { passed: verification.passed, of: verification.of }),
  };
  if (state.phase === "ended") return verified;
  return floorHolds(verified) ? afterFloor(verified, now) : afterShortfall(verified, now);
}

export function afterVerdict(state: ThreadState, verdict: Verdict, now: number): ThreadState {
  const judged: ThreadState = {
    ...state,
    verdict,
    spent: addSpent(state.spent, verdict),
    turns: amendLastTurn(state, { verdict: verdict.overall }),
  };
  if (state.phase === "ended") return judged;
  switch (verdict.overall) {
    case "met":
      return end(judged, { status: "achieved", reason: withReview(judged, achievedReason(judged)) });
    case "not yet":
      return afterShortfall(judged, now);
    case "impossible":
      return ask({ ...judged, phase: "turn" }, impossibleQuestion(judged, verdict), now);
    case "not judged":
      return ask(judged, judgeQuestion(judged, verdict), now);
  }
}

function achievedReason(state: ThreadState): string {
  const checks = state.verification?.of ?? 0;
  return checks === 0
    ? "the judge found every criterion met"
    : `${checks} of ${checks} checks passed and the judge found every criterion met`;
}

function observation(state: ThreadState, verification: Verification): Observation {
  const metrics = verification.checks.flatMap(({ name, metric }) => {
    if (!metric || metric.value === null) return [];
    const limitless = metric.atLeast === undefined && metric.atMost === undefined;
    return limitless ? [] : [{ check: name, value: metric.value, direction: metricDirection(metric) }];
  });
  return {
    tree: state.checkpoint?.tree ?? "",
    commands: state.turnCommands,
    signature: verification.signature,
    passed: verification.passed,
    metrics,
  };
}

function impossibleQuestion(state: ThreadState, verdict: Verdict) {
  return {
    kind: "impossible" as const,
    text: `The judge finds the goal impossible: ${verdict.reason}`,
    facts: verdict.criteria.filter(({ status }) => status === "impossible").map(describeCriterion),
    next: `baton answer ${state.start.id} continue --text "why it is possible", or: baton answer ${state.start.id} stop`,
  };
}

function judgeQuestion(state: ThreadState, verdict: Verdict) {
  return {
    kind: "judge" as const,
    text: `There is no verdict on turn ${state.turn}: ${verdict.reason}`,
    facts: [`judge: ${state.start.goal.agents.judge.use}`, "all checks passed"],
    next: `mend the judge, then: baton answer ${state.start.id} continue (judges again)`,
  };
}

function describeCriterion({ criterion, evidence }: CriterionVerdict): string {
  return `${criterion}: ${evidence}`;
}
