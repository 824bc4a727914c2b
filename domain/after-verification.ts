import { addSpent } from "./budget.ts";
import type { FailureStrategy } from "./goal.ts";
import { metricDirection } from "./metric.ts";
import { floorHolds } from "./next-step.ts";
import { alarm, observe, type Alarm, type Observation } from "./progress.ts";
import { ask } from "./questions.ts";
import { end, type ThreadState } from "./thread.ts";
import type { CriterionVerdict, Verdict } from "./verdict.ts";
import type { Verification } from "./verification.ts";
import { noUsage } from "./usage.ts";

/** Takes in what Baton found out itself, and decides between the judge, the next turn, a question and the end. */
export function afterVerification(state: ThreadState, verification: Verification, now: number): ThreadState {
  const verified: ThreadState = {
    ...state,
    verification,
    spent: addSpent(state.spent, { usage: noUsage, activeMs: verification.activeMs }),
    progress: observe(state.progress, observation(state, verification)),
    turns: amendLastTurn(state, { passed: verification.passed, of: verification.of }),
  };
  if (state.phase === "ended") return verified;
  if (!floorHolds(verified)) return afterShortfall(verified, now);
  if (state.start.goal.agents.judge.use === "none") {
    return end(verified, { status: "achieved", reason: `${verification.passed} of ${verification.of} checks passed` });
  }
  return { ...verified, phase: "judge" };
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
      return end(judged, { status: "achieved", reason: achievedReason(judged) });
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

/** The response ladder: tell the agent, then a fresh session with a brief, then the person or the end. */
function afterShortfall(state: ThreadState, now: number): ThreadState {
  const next: ThreadState = { ...state, phase: "turn" };
  const raised = alarm(state.progress, state.start.goal.onFailure);
  if (!raised) return next;
  const rung = state.progress.rung + 1;
  const climbed: ThreadState = { ...next, progress: { ...state.progress, rung }, notices: [...next.notices, raised.text] };
  if (rung === 1) return climbed;
  if (rung === 2) return { ...climbed, session: null, coldStart: `a fresh start, because ${lowerFirst(raised.text)}` };
  return giveUp(climbed, raised, now);
}

function giveUp(state: ThreadState, raised: Alarm, now: number): ThreadState {
  const strategy: FailureStrategy = state.start.goal.onFailure;
  if (strategy.then === "stop") return end(state, { status: "failed", reason: raised.text });
  const failed = state.verification?.failed ?? [];
  return ask(
    state,
    {
      kind: "noProgress",
      text: raised.text,
      facts: [
        `turns taken: ${state.turn}`,
        `failing: ${failed.join(", ") || lowerFirst(state.verdict?.reason ?? "nothing")}`,
        "tried: telling the agent what repeats, then a fresh session with a brief",
      ],
      next: `baton answer ${state.start.id} continue --text "what to try instead", or: baton answer ${state.start.id} stop`,
    },
    now,
  );
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

function amendLastTurn(state: ThreadState, more: { passed?: number; of?: number; verdict?: string }): ThreadState["turns"] {
  const last = state.turns.at(-1);
  return last ? [...state.turns.slice(0, -1), { ...last, ...more }] : state.turns;
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

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
