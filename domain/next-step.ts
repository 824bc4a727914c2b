import { exhausted, type BudgetDimension } from "./budget.ts";
import { totalSpent } from "./fan-out/fan-out-state.ts";
import { fanOutStep, type FanOutStep } from "./fan-out/fan-out-step.ts";
import type { Budget } from "./goal.ts";
import type { ThreadState } from "./thread.ts";
import { awaitsSubagents } from "./fan-out/subagent-requests.ts";
import { totalTokens } from "./usage.ts";

/** A wrap-up turn after exhaustion gets this much, at most. */
const wrapUpMs = 5 * 60_000;
const wrapUpShare = 0.1;

export interface TurnAllowance {
  readonly turnTimeMs: number;
  readonly tokens?: number;
  readonly usd?: number;
}

export type Step =
  | { readonly kind: "wait"; readonly for: "answer" | "resume" }
  | { readonly kind: "backOff"; readonly waitMs: number; readonly reason: string }
  | { readonly kind: "hold" }
  | { readonly kind: "openWorkspace" }
  | { readonly kind: "switchHost" }
  | { readonly kind: "depart" }
  | {
      readonly kind: "turn";
      readonly turn: number;
      readonly attempt: number;
      readonly wrapUp: boolean;
      readonly allowance: TurnAllowance;
    }
  | { readonly kind: "verify" }
  | { readonly kind: "review" }
  | { readonly kind: "judge" }
  /** Waits until the root of its tree has room for the attempt in its budget. */
  | { readonly kind: "wantTurn"; readonly turn: number; readonly attempt: number }
  | FanOutStep
  | { readonly kind: "settle" };

/** The one place that decides what a thread does next. Pure: the same state gives the same step. */
export function nextStep(state: ThreadState): Step {
  if (state.handoff?.phase === "ready" && state.phase !== "ended") return { kind: "switchHost" };
  if (state.departure && state.phase !== "ended") return { kind: "depart" };
  // A question about a lost host is withdrawn when the host is back, so its place is asked for meanwhile.
  if (state.questions.some(({ kind }) => kind !== "host")) return { kind: "wait", for: "answer" };
  if (state.phase === "ended") return { kind: "settle" };
  if (state.paused) return { kind: "wait", for: "resume" };
  if (state.backOff) return { kind: "backOff", ...state.backOff };
  const fanOut = fanOutStep(state);
  if (fanOut !== null && !needsPlace(fanOut)) return fanOut;
  if (state.phase === "turn") {
    const spentUp = exhausted(state.budget, totalSpent(state));
    if (spentUp.length > 0 && !mayWrapUp(state, spentUp)) return { kind: "askAboutBudget", exhausted: spentUp };
    // What the agent asked for decides how its next turn begins; an attempt that is due again only asks for it again.
    if (spentUp.length === 0 && state.attempt === 0 && awaitsSubagents(state)) return { kind: "waitForSubagents" };
    if (needsGrant(state)) return { kind: "wantTurn", turn: state.turn + 1, attempt: state.attempt + 1 };
  }
  if (!state.hold) return { kind: "hold" };
  if (!state.hold.workspaceOpen) return { kind: "openWorkspace" };
  if (fanOut !== null) return fanOut;
  const { phase } = state;
  return phase === "verify" || phase === "review" || phase === "judge" ? { kind: phase } : nextTurn(state);
}

function needsPlace({ kind }: FanOutStep): boolean {
  return kind === "listTasks" || kind === "mergeBatch";
}

function needsGrant({ start, granted, turn, attempt }: ThreadState): boolean {
  if (start.tree?.metered !== true) return false;
  return granted?.turn !== turn + 1 || granted.attempt !== attempt + 1;
}

/** Turns and files are known before the turn starts, so they need no extra one; the rest run out in the middle. */
function mayWrapUp(state: ThreadState, spentUp: readonly BudgetDimension[]): boolean {
  return !state.wrappedUp && state.turn > 0 && !spentUp.includes("turns") && !spentUp.includes("files");
}

function nextTurn(state: ThreadState): Step {
  const overdrawn = exhausted(state.budget, totalSpent(state)).length > 0;
  const lastTurn = state.budget.turns !== undefined && state.turn + 1 >= state.budget.turns && state.turn > 0;
  return {
    kind: "turn",
    turn: state.turn + 1,
    attempt: state.attempt + 1,
    wrapUp: overdrawn || lastTurn,
    allowance: overdrawn ? wrapUpAllowance(state.budget) : allowance(state),
  };
}

function allowance(state: ThreadState): TurnAllowance {
  const { budget, granted } = state;
  const spent = totalSpent(state);
  const times = [budget.turnTimeMs];
  if (budget.timeMs !== undefined) times.push(budget.timeMs - spent.timeMs);
  if (budget.wallTimeMs !== undefined) times.push(budget.wallTimeMs - spent.wallTimeMs);
  if (granted?.timeMs !== undefined) times.push(granted.timeMs);
  const tokens = least(budget.tokens === undefined ? undefined : budget.tokens - spent.tokens, granted?.tokens);
  const usd = least(budget.usd === undefined ? undefined : budget.usd - (spent.usd ?? 0), granted?.usd);
  return {
    turnTimeMs: Math.max(1, Math.min(...times)),
    ...(tokens === undefined ? {} : { tokens }),
    ...(usd === undefined ? {} : { usd }),
  };
}

function least(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : Math.min(a, b);
}

function wrapUpAllowance(budget: Budget): TurnAllowance {
  return {
    turnTimeMs: Math.min(budget.turnTimeMs, wrapUpMs),
    ...(budget.tokens === undefined ? {} : { tokens: budget.tokens * wrapUpShare }),
    ...(budget.usd === undefined ? {} : { usd: budget.usd * wrapUpShare }),
  };
}

/** Whether every deterministic condition for achieving the goal holds; reviewer and judge are asked only then. */
export function floorHolds(state: ThreadState): boolean {
  const { verification, changes, baseTree, checkpoint } = state;
  const checksPass = verification !== null && verification.failed.length === 0;
  const inScope = (changes?.outOfScopeCount ?? 0) === 0;
  const didSomething = !state.idle || (checkpoint !== null && checkpoint.tree !== baseTree);
  return checksPass && inScope && didSomething;
}

/** Zero work is never progress: no token, no tool, no changed file. */
export function isIdle(turn: {
  readonly usage: { input: number; cached: number; output: number };
  readonly toolCalls: number;
}): boolean {
  return totalTokens(turn.usage) === 0 && turn.toolCalls === 0;
}
