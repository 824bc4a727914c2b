export type CheckStatus = "passed" | "failed" | "timed out" | "not run";

export interface MetricResult {
  readonly value: number | null;
  readonly unit?: string;
  readonly atMost?: number;
  readonly atLeast?: number;
  /** Best value over the thread so far, this run included. */
  readonly best?: number;
}

export interface CheckResult {
  readonly name: string;
  readonly status: CheckStatus;
  /** One line that says why it is not `passed`. */
  readonly reason?: string;
  readonly durationMs: number;
  readonly metric?: MetricResult;
  /** The end of the output, bounded. */
  readonly tail?: string;
  /** Hub artifact with the whole output. */
  readonly log?: string;
}

/** What Baton itself found out about a commit. */
export interface Verification {
  readonly commit: string;
  readonly passed: number;
  readonly of: number;
  readonly failed: readonly string[];
  readonly checks: readonly CheckResult[];
  /** Identity of the failure with numbers and paths taken out; empty when everything passed. */
  readonly signature: string;
  readonly activeMs: number;
}
