import type { AgentProbe } from "../../activities/agents/agent.ts";
import type { CostGuess } from "../../domain/cost-guess.ts";
import type { Finding } from "../../domain/goal-review.ts";
import type { TaskSource } from "../../domain/fan-out/task.ts";
import type { CheckResult } from "../../domain/verification.ts";

/** What setup and the goal's commands did in a clean checkout of the base commit. */
export interface Trial {
  readonly setup: {
    readonly run: string;
    readonly ok: boolean;
    readonly reason?: string;
    readonly durationMs: number;
    readonly tail?: string;
  } | null;
  /** In the goal's order; empty when setup failed. */
  readonly checks: readonly CheckResult[];
  /** Those of every merged stack; absent in a goal that names none. */
  readonly mergeChecks?: readonly CheckResult[];
}

export type AgentRole = "worker" | "judge" | "planner" | "reviewer" | "subagent";

export interface FanOutSummary {
  readonly source: TaskSource["kind"];
  /** Each once; null when they are known only once the thread runs. */
  readonly tasks: number | null;
  /** Tasks that stand in the list more than once; done once. */
  readonly duplicates: number;
  readonly parallel: number;
  /** Agents that try each task. */
  readonly racers: number;
}

/** What `baton check --json` prints. */
export interface PreflightReport {
  readonly path: string;
  readonly ok: boolean;
  readonly goal: string;
  readonly repository: { readonly root: string; readonly commit: string } | null;
  readonly findings: readonly Finding[];
  /** Null when no command was run. */
  readonly trial: Trial | null;
  readonly agents: readonly ({ readonly role: AgentRole } & AgentProbe)[];
  /** Absent when nothing is fanned out. */
  readonly fanOut?: FanOutSummary;
  readonly cost: CostGuess;
}
