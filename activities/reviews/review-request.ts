import type { Reviewer } from "../../domain/fan-out/fan-out.ts";
import type { Goal } from "../../domain/goal.ts";
import type { ReviewFinding } from "../../domain/review.ts";
import type { Verification } from "../../domain/verification.ts";
import type { EnterAgent } from "../asking/ask-structured.ts";

/** All that a reviewer is given; nothing that the worker says about its own work. */
export interface ReviewRequest {
  readonly reviewer: Reviewer;
  readonly goal: Goal;
  readonly turn: number;
  /** Unified diff from the base commit, bounded; says so where it is cut. */
  readonly diff: string;
  readonly verification?: Verification;
  /** Absent in the first review. */
  readonly earlier?: EarlierReview;
  /** The clean checkout of the reviewed commit, to be read only. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Waits until the host lets the agent start; absent: at once. */
  readonly enter?: EnterAgent;
}

export interface EarlierReview {
  readonly turn: number;
  readonly findings: readonly (ReviewFinding & {
    /** Whether the file it names differs from what was reviewed then; absent when it names none. */
    readonly changed?: boolean;
  })[];
  /** Unified diff from what was reviewed then, bounded. */
  readonly diff: string;
}
