import type { Usage } from "./usage.ts";

/** One thing that a reviewer says about a diff. */
export interface ReviewFinding {
  readonly text: string;
  /** Path relative to the repository's root. */
  readonly file?: string;
  /** Counted from 1, in the reviewed commit. */
  readonly line?: number;
  /** Whether the work must not go on before it is mended; the rest are remarks. */
  readonly blocking: boolean;
}

/** The reviewer's structured answer. `not reviewed` is the closed failure: it never counts as approved. */
export interface Review {
  readonly outcome: "approved" | "objected" | "not reviewed";
  /** Some are blocking exactly when it `objected`. */
  readonly findings: readonly ReviewFinding[];
  /** Why there is no review; empty when there is one. */
  readonly reason: string;
  readonly usage: Usage;
  readonly activeMs: number;
}

/** The newest review that there was, and how often findings went back to the worker. */
export interface ReviewState {
  readonly round: number;
  readonly outcome: "approved" | "objected";
  readonly findings: readonly ReviewFinding[];
  /** Turn, commit and tree of the work that was looked at. */
  readonly turn: number;
  readonly commit: string;
  readonly tree: string;
}

/** A review as people and programs see it. */
export interface ReviewView {
  readonly reviewer: string;
  /** Times that findings went back to the worker, of at most `rounds`. */
  readonly round: number;
  readonly rounds: number;
  /** Of the newest review; `not reviewed` before the first. */
  readonly outcome: Review["outcome"];
  readonly findings: readonly ReviewFinding[];
}

/** What the reviewer wants to be mended. */
export function openFindings(review: { readonly findings: readonly ReviewFinding[] } | undefined): readonly ReviewFinding[] {
  return review?.findings.filter(({ blocking }) => blocking) ?? [];
}

/** `src/cart.ts:12: rounds twice`. */
export function findingText({ text, file, line }: ReviewFinding): string {
  return file === undefined ? text : `${file}${line === undefined ? "" : `:${line}`}: ${text}`;
}

export function countFindings(findings: readonly ReviewFinding[]): string {
  return findings.length === 1 ? "1 finding" : `${findings.length} findings`;
}
