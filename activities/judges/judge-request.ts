import type { Goal } from "../../domain/goal.ts";
import type { ReviewFinding } from "../../domain/review.ts";
import type { Verification } from "../../domain/verification.ts";
import type { EnterAgent } from "../asking/ask-structured.ts";

/** All that a judge is given. The worker's own message is labelled as a claim. */
export interface JudgeRequest {
  readonly goal: Goal;
  readonly turn: number;
  /** Unified diff from the base commit, bounded; says so where it is cut. */
  readonly diff: string;
  readonly verification?: Verification;
  readonly claim: string;
  /** What a reviewer still objects to after its rounds. */
  readonly findings?: readonly ReviewFinding[];
  /** The clean checkout of the commit that is judged, to be read only. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Waits until the host lets the agent start; absent: at once. */
  readonly enter?: EnterAgent;
}
