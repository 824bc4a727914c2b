import type { Usage } from "./usage.ts";

export type CriterionStatus = "met" | "not yet" | "impossible";

export interface CriterionVerdict {
  readonly criterion: string;
  readonly status: CriterionStatus;
  readonly evidence: string;
}

/** The judge's structured answer. `not judged` is the closed failure: it never counts as met. */
export interface Verdict {
  readonly overall: CriterionStatus | "not judged";
  readonly criteria: readonly CriterionVerdict[];
  /** What is missing, in the judge's words; why there is no verdict when `not judged`. */
  readonly reason: string;
  readonly usage: Usage;
  readonly activeMs: number;
}
