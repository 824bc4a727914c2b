import type { AgentProbe } from "../../activities/agents/agent.ts";
import type { CostGuess } from "../../domain/cost-guess.ts";
import type { Finding } from "../../domain/goal-review.ts";
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
  readonly agents: readonly ({ readonly role: "worker" | "judge" } & AgentProbe)[];
  readonly cost: CostGuess;
}
