import type { Spent } from "./budget.ts";
import type { Departure, TakenBack } from "./departure.ts";
import type { Handoff, Moved } from "./handoff.ts";
import type { Budget } from "./goal.ts";
import type { LostHost } from "./host-loss.ts";
import type { Placement } from "./placement.ts";
import type { Question } from "./question.ts";
import type { ReviewView } from "./review.ts";
import type { TaskCounts } from "./fan-out/task-counts.ts";
import type { Verdict } from "./verdict.ts";
import type { CheckResult } from "./verification.ts";

export type ThreadStatus = "running" | "waiting" | "paused" | "moving" | "achieved" | "failed" | "stopped" | "moved";

export const settledStatuses: readonly ThreadStatus[] = ["achieved", "failed", "stopped", "moved"];

/** What a thread is, for people and programs: the answer of the `view` Query and of `baton show --json`. */
export interface ThreadView {
  readonly id: string;
  readonly status: ThreadStatus;
  /** What it does right now or waits for, in a few words: `turn 3`, `verifying`, `waiting for an answer`. */
  readonly doing: string;
  readonly goal: string;
  readonly agent: string;
  /** The goal gives the agent a `bin`, `args` or `env`: what a host tells of its own says nothing about it. */
  readonly customAgent?: boolean;
  readonly judge: string;
  readonly repository: string;
  readonly base: string;
  readonly branch: string;
  /** Whether `branch` exists in the user's repository yet. */
  readonly delivered: boolean;
  readonly owner: string;
  /** The turn that runs or ran last; 0 before the first. */
  readonly turn: number;
  readonly attempt: number;
  readonly epoch: number;
  readonly host: string | null;
  /** The host that held it and is gone, while the thread waits for it. */
  readonly lost?: LostHost;
  /** The move that is under way. */
  readonly handoff: Handoff | null;
  /** How the newest move went. */
  readonly moved: Moved | null;
  /** The move to another Temporal Service that is under way, or, of a `moved` thread, was made. */
  readonly departure?: Departure;
  readonly takenBack?: TakenBack;
  /** Which hosts may take it; absent: any. */
  readonly placement?: Placement;
  /** Checks of the newest verification, in the goal's order; `not run` before the first. */
  readonly checks: readonly CheckResult[];
  readonly verdict: Verdict | null;
  /** Absent when the goal asks for no review. */
  readonly review?: ReviewView;
  /** Of the thread and all its subagents. */
  readonly spent: Spent;
  /** Tasks of its subagents by status; absent in a thread that does not fan out. */
  readonly subagents?: TaskCounts;
  /** Set in a subagent. */
  readonly tree?: { readonly root: string; readonly parent: string; readonly task: string };
  readonly budget: Budget;
  readonly checkpoint: {
    readonly commit: string;
    readonly snapshot: string;
    readonly tree: string;
    readonly turn: number;
  } | null;
  readonly session: { readonly agent: string; readonly id: string } | null;
  readonly changes: { readonly files: number; readonly outOfScope: readonly string[] } | null;
  readonly questions: readonly Question[];
  /** Steering messages not yet given to the agent. */
  readonly steering: readonly string[];
  /** Usage of each finished turn, newest last; the newest 100. */
  readonly turns: readonly TurnSummary[];
  /** Why it settled as it did, or what it waits for; empty while it simply runs. */
  readonly reason: string;
  /** ISO 8601. */
  readonly openedAt: string;
  readonly settledAt: string | null;
  /** Hub artifact of the report; set when settled. */
  readonly report: string | null;
}

export interface TurnSummary {
  readonly turn: number;
  readonly attempt: number;
  readonly outcome: string;
  readonly tokens: number;
  readonly usd?: number;
  readonly files: number;
  readonly commit: string;
  readonly passed?: number;
  readonly of?: number;
  readonly verdict?: string;
  readonly review?: string;
}
