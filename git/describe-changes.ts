import type { Changes } from "../domain/turn.ts";
import { createPathMatcher, type ChangedPath } from "./changed-paths.ts";
import { displayPath } from "./work-tree.ts";

interface FoundChanges {
  /** Paths that differ from the base. */
  readonly changed: readonly ChangedPath[];
  readonly restored: readonly ChangedPath[];
  /** Globs of the paths that are in scope; empty: all. */
  readonly allow: readonly string[];
}

const sampleSize = 50;

export function describeChanges({ changed, restored, allow }: FoundChanges): Changes {
  const inScope = createPathMatcher(allow);
  const outside = allow.length === 0 ? [] : changed.filter((change) => !inScope(change.path));
  const sample = (changes: readonly ChangedPath[]) => changes.slice(0, sampleSize).map((change) => displayPath(change.path));
  return {
    files: changed.length,
    outOfScope: sample(outside),
    outOfScopeCount: outside.length,
    restored: sample(restored),
  };
}
