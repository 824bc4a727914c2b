import type {
  FanOutActivities,
  HostActivities,
  OpenedWorkspace,
  OpenWorkspaceInput,
  PrepareInput,
  RunTurnInput,
} from "../activities/thread-activities.ts";
import { totalSpent } from "../domain/fan-out/fan-out-state.ts";
import { agentsBeside } from "../domain/agents-beside.ts";
import type { Handoff } from "../domain/handoff.ts";
import type { Step } from "../domain/next-step.ts";
import { openFindings, type Review } from "../domain/review.ts";
import type { PromptInput } from "../domain/prompt-input.ts";
import { judgeSummary, reviewSummary, turnSummary, verifySummary, workspaceSummary } from "../domain/summaries.ts";
import { subagentReports } from "../domain/fan-out/subagent-requests.ts";
import { setupOf } from "../domain/setup.ts";
import type { ThreadState } from "../domain/thread.ts";
import type { TurnReport } from "../domain/turn.ts";
import type { Verdict } from "../domain/verdict.ts";
import type { Verification } from "../domain/verification.ts";

/** An Activity on the thread's host: what it is given, how it is shown, how long its own work may take. */
export interface HostCall<T> {
  readonly workMs: number;
  readonly summary: string;
  run(host: HostActivities & FanOutActivities): Promise<T>;
}

const setupMs = 3_600_000;
/** Turns that a brief for a fresh session tells about. */
const briefTurns = 20;

export function openWorkspaceInput(state: ThreadState): HostCall<OpenedWorkspace> {
  const input = workspaceInput(state);
  const summary = workspaceSummary({ host: state.hold?.host ?? "", turn: state.turn + 1 });
  return { workMs: setupMs, summary, run: (host) => host.openWorkspace(input) };
}

/** Getting the target of a handoff ready, under the epoch that it will write with later. */
export function prepareInput(state: ThreadState, { to, epoch }: Handoff) {
  const agent = state.start.goal.agents.worker;
  const input: PrepareInput = { ...workspaceInput(state), epoch, agent, others: agentsBeside(state) };
  return { workMs: setupMs, summary: `prepare ${to} for the handoff`, input };
}

function workspaceInput(state: ThreadState): OpenWorkspaceInput {
  const { goal, repository, tree } = state.start;
  return {
    ...claimOf(state),
    repository,
    env: goal.agents.worker.env,
    turn: state.turn + 1,
    // A subagent's id follows from its task: nobody has asked the hub whether it is free.
    ...(tree !== undefined && state.baseTree === null ? { first: true } : {}),
    attempt: state.attempt,
    ...(state.baseTree === null ? {} : { baseTree: state.baseTree }),
    ...(tree?.earlier === undefined ? {} : { also: [tree.earlier] }),
    ...setupOf(goal),
  };
}

export function turnInput(state: ThreadState, step: Extract<Step, { kind: "turn" }>): HostCall<TurnReport> {
  const { goal, repository, timing } = state.start;
  const input: RunTurnInput = {
    ...claimOf(state),
    repository,
    agent: goal.agents.worker,
    turn: step.turn,
    attempt: step.attempt,
    session: state.session,
    coldStart: state.coldStart,
    allowance: step.allowance,
    stallMs: timing.stallMs,
    scope: goal.scope,
    prompt: promptInput(state, step),
  };
  const { verification, verdict, review } = state;
  const summary = turnSummary({
    turn: step.turn,
    attempt: step.attempt,
    agent: goal.agents.worker.use,
    wrapUp: step.wrapUp,
    checks: verification,
    verdict: verdict?.overall ?? null,
    review: review?.turn === state.turn ? review.outcome : null,
  });
  return { workMs: step.allowance.turnTimeMs, summary, run: (host) => host.runTurn(input) };
}

export function verifyInput(state: ThreadState): HostCall<Verification> {
  const { goal, repository } = state.start;
  const input = {
    ...claimOf(state),
    repository,
    turn: state.turn,
    commit: state.checkpoint?.commit ?? repository.base,
    env: goal.agents.worker.env,
    checks: goal.verify,
    best: state.progress.best,
    ...setupOf(goal),
  };
  const workMs = goal.verify.reduce((sum, { timeoutMs }) => sum + timeoutMs, setupMs);
  return { workMs, summary: verifySummary({ checks: goal.verify.length, turn: state.turn }), run: (host) => host.verify(input) };
}

/** Null when the goal asks for no review. */
export function reviewInput(state: ThreadState): HostCall<Review> | null {
  const { goal, repository } = state.start;
  const { review: reviewer } = goal;
  if (reviewer === undefined) return null;
  const { turn, verification, review: earlier = null } = state;
  const commit = state.checkpoint?.commit ?? repository.base;
  const input = { ...claimOf(state), repository, turn, commit, goal, reviewer, verification, earlier };
  const summary = reviewSummary({ reviewer, turn });
  return { workMs: reviewer.timeoutMs, summary, run: (host) => host.review(input) };
}

/** Null when the goal asks for no judge. */
export function judgeInput(state: ThreadState): HostCall<Verdict> | null {
  const { goal, repository } = state.start;
  const { judge } = goal.agents;
  if (judge.use === "none") return null;
  const findings = openFindings(state.review);
  const input = {
    ...claimOf(state),
    repository,
    turn: state.turn,
    commit: state.checkpoint?.commit ?? repository.base,
    goal,
    judge,
    verification: state.verification,
    claim: state.claim,
    ...(findings.length === 0 ? {} : { findings }),
  };
  const criteria = Math.max(1, goal.done.length);
  // Twice, because an invalid answer gets one retry.
  return {
    workMs: judge.timeoutMs * 2,
    summary: judgeSummary({ criteria, judge, turn: state.turn }),
    run: (host) => host.judge(input),
  };
}

function claimOf(state: ThreadState): { thread: string; epoch: number } {
  return { thread: state.start.id, epoch: state.epoch };
}

function promptInput(state: ThreadState, step: Extract<Step, { kind: "turn" }>): PromptInput {
  const { start, session } = state;
  return {
    thread: start.id,
    turn: step.turn,
    attempt: step.attempt,
    goal: start.goal,
    budget: state.budget,
    spent: totalSpent(state),
    session: session === null ? "new" : "resumed",
    coldStart: state.coldStart,
    wrapUp: step.wrapUp,
    commit: state.checkpoint?.commit ?? null,
    changes: state.changes,
    verification: state.verification,
    verdict: state.verdict,
    ...(state.review === undefined ? {} : { review: state.review }),
    best: state.progress.best,
    history: state.turns.slice(-briefTurns),
    steering: state.steering,
    notices: state.notices,
    ...(start.goal.subagents === undefined ? {} : { subagents: subagentReports(state) }),
  };
}
