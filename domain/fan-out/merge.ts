import type { Changes, Checkpoint } from "../turn.ts";

/** What became of one batch of the merge queue. */
export interface MergeReport {
  /** Counts the merges of a thread from 1. */
  readonly merge: number;
  /** The merged stack, in the hub; null when nothing was merged. */
  readonly checkpoint: Checkpoint | null;
  /** Against the base; null when nothing was merged. */
  readonly changes: Changes | null;
  /** Keys of the tasks whose work is in, those that were in before included. */
  readonly merged: readonly string[];
  readonly refused: readonly RefusedMerge[];
  /** Verifications that it took. */
  readonly verifications: number;
  /** Names of checks that fail on the stack as they did before its first merge; absent when none does. */
  readonly knownRed?: readonly string[];
  readonly activeMs: number;
}

export interface RefusedMerge {
  readonly key: string;
  readonly why: "conflict" | "red" | "lost";
  /** One line: what conflicts, which checks fail with it, or what the hub has no more. */
  readonly text: string;
  /** Conflicting hunks or the ends of the failed checks' outputs; at most 6 kB. */
  readonly evidence: string;
}
