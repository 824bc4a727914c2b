import type { RefusedMerge } from "./fan-out/merge.ts";
import type { Review, ReviewFinding } from "./review.ts";
import type { CriterionVerdict } from "./verdict.ts";
import type { CheckStatus, MetricResult } from "./verification.ts";

/** One line of a thread's transcript: JSON in the hub, a line on the screen. */
export interface TranscriptEntry {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly thread: string;
  readonly turn: number;
  readonly attempt: number;
  readonly epoch: number;
  readonly event: TranscriptEvent;
}

export type TranscriptEvent =
  | { readonly kind: "workspace"; readonly text: string }
  /** An agent may not start yet; said again when the reason changes. */
  | { readonly kind: "waiting"; readonly for: string; readonly reason: string }
  | { readonly kind: "turn started"; readonly agent: string; readonly session: "new" | "resumed"; readonly wrapUp: boolean }
  | { readonly kind: "message"; readonly text: string }
  | { readonly kind: "tool"; readonly name: string; readonly detail: string; readonly status: "started" | "done" | "failed" }
  | { readonly kind: "retry"; readonly detail: string }
  | {
      readonly kind: "turn ended";
      readonly outcome: string;
      readonly tokens: number;
      readonly usd?: number;
      readonly files: number;
      readonly commit: string;
    }
  | { readonly kind: "check started"; readonly name: string }
  | {
      readonly kind: "check";
      readonly name: string;
      readonly status: CheckStatus;
      readonly durationMs: number;
      readonly reason?: string;
      readonly metric?: MetricResult;
    }
  | { readonly kind: "reviewing"; readonly reviewer: string }
  | {
      readonly kind: "review";
      readonly outcome: Review["outcome"];
      readonly findings: readonly ReviewFinding[];
      readonly reason: string;
    }
  | { readonly kind: "judging"; readonly judge: string }
  | {
      readonly kind: "verdict";
      readonly overall: string;
      readonly criteria: readonly CriterionVerdict[];
      readonly reason: string;
    }
  /** `done`: tasks that an earlier subagent achieved. */
  | { readonly kind: "tasks listed"; readonly tasks: number; readonly done: number; readonly duplicates: number }
  | { readonly kind: "merge started"; readonly merge: number; readonly tasks: number }
  | { readonly kind: "merge refused"; readonly task: string; readonly why: RefusedMerge["why"]; readonly text: string }
  | {
      readonly kind: "merge ended";
      readonly merge: number;
      readonly merged: number;
      readonly tasks: number;
      readonly verifications: number;
      /** The merged stack; null when nothing was merged. */
      readonly commit: string | null;
      /** Checks that fail on it as they did before. */
      readonly knownRed?: readonly string[];
    }
  | { readonly kind: "delivered"; readonly branch: string; readonly pushedTo?: string };
