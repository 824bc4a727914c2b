import { addSpent } from "./budget.ts";
import { afterResume } from "./after-resume.ts";
import { isIdle } from "./next-step.ts";
import { describeProcess, type AgentOutcome } from "./outcome.ts";
import { ask } from "./questions.ts";
import type { ThreadState } from "./thread.ts";
import type { TurnSummary } from "./thread-view.ts";
import type { TurnReport } from "./turn.ts";

const maxFailures = 3;
const keptTurns = 100;

/** Takes a turn's report in: what it made always counts, whether it was a turn depends on how it ended. */
export function afterTurn(state: ThreadState, report: TurnReport, now: number): ThreadState {
  const taken = takeWork(state, report, now);
  if (state.phase === "ended") return taken;
  if (countsAsTurn(report.agent)) return countTurn(taken, report);
  const resumed = state.session !== null && report.coldStart === undefined;
  return afterFailedAttempt(taken, report, { now, resumed });
}

function takeWork(state: ThreadState, report: TurnReport, now: number): ThreadState {
  const spent = addSpent(state.spent, report);
  return {
    ...state,
    spent: { ...spent, files: report.changes.files, wallTimeMs: now - state.openedAt },
    session: report.session ?? state.session,
    coldStart: null,
    checkpoint: { ...report.checkpoint, turn: report.turn },
    changes: report.changes,
    claim: report.message,
    turnCommands: report.commands,
    turns: [...state.turns, summarize(report)].slice(-keptTurns),
  };
}

/** A turn cut short by its own limits is over; one that failed or was interrupted is tried again. */
export function countsAsTurn(agent: AgentOutcome): boolean {
  return agent.kind === "completed" || (agent.kind === "limit" && agent.limit !== "stalled");
}

function countTurn(state: ThreadState, report: TurnReport): ThreadState {
  return {
    ...state,
    phase: "verify",
    turn: report.turn,
    attempt: 0,
    failures: 0,
    barrenResumes: 0,
    idle: isIdle(report),
    spent: { ...state.spent, turns: report.turn },
    notices: [...state.notices.slice(state.told.notices), ...cutShort(report)],
    steering: state.steering.slice(state.told.steering),
    told: { steering: 0, notices: 0 },
    verdict: null,
  };
}

function cutShort({ agent }: TurnReport): string[] {
  return agent.kind === "limit" ? [`The last turn was cut short: ${agent.detail}.`] : [];
}

function afterFailedAttempt(
  state: ThreadState,
  report: TurnReport,
  { now, resumed }: { readonly now: number; readonly resumed: boolean },
): ThreadState {
  const tried: ThreadState = { ...state, attempt: report.attempt };
  const { agent } = report;
  if (agent.kind === "interrupted") return tried;
  if (agent.kind === "failed" && (agent.reason === "rateLimit" || agent.reason === "server")) return waitOut(tried, agent);
  const failures = state.failures + 1;
  const blocked = agent.kind === "failed" && (agent.reason === "auth" || agent.reason === "config");
  const failed: ThreadState = { ...(blocked ? tried : afterResume(tried, report, resumed)), failures };
  if (blocked || failures >= maxFailures) return ask(failed, agentQuestion(state, report), now);
  if (agent.kind === "failed" && agent.reason === "context")
    return { ...failed, session: null, coldStart: "the session's context was full" };
  return failed;
}

function waitOut(state: ThreadState, agent: Extract<AgentOutcome, { kind: "failed" }>): ThreadState {
  const { backoffMs, backoffMaxMs } = state.start.timing;
  const waits = state.attempt;
  const waitMs = agent.retryAfterMs ?? Math.min(backoffMs * 2 ** Math.max(0, waits - 1), backoffMaxMs);
  const what = agent.reason === "rateLimit" ? "rate limited" : "model service unavailable";
  return { ...state, backOff: { waitMs, reason: `${what}: ${agent.detail}` } };
}

function agentQuestion(state: ThreadState, report: TurnReport) {
  const agent = state.start.goal.agents.worker.use;
  return {
    kind: "agent" as const,
    text: `The agent ${agent} cannot work: ${describeOutcome(report)}.`,
    facts: [
      `turn ${report.turn}, attempt ${report.attempt}`,
      `process: ${describeProcess(report.process)}`,
      `said: ${report.message || "nothing"}`,
    ],
    next: `mend it on the host (baton doctor), then: baton answer ${state.start.id} continue`,
  };
}

/** One phrase for how a turn ended. */
export function describeOutcome(report: Pick<TurnReport, "agent" | "process">): string {
  const { agent } = report;
  switch (agent.kind) {
    case "completed":
      return "completed";
    case "failed":
      return `failed (${agent.reason}): ${agent.detail}`;
    case "limit":
      return `cut short (${agent.limit}): ${agent.detail}`;
    case "interrupted":
      return `interrupted (${agent.by})`;
    case "crashed":
      return `crashed (${describeProcess(report.process)}): ${agent.detail}`;
  }
}

function summarize(report: TurnReport): TurnSummary {
  const { input, cached, output, usd } = report.usage;
  return {
    turn: report.turn,
    attempt: report.attempt,
    outcome: describeOutcome(report).slice(0, 200),
    tokens: input + cached + output,
    ...(usd === undefined ? {} : { usd }),
    files: report.changes.files,
    commit: report.checkpoint.commit,
  };
}
