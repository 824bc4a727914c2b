/** Has `core.fsyncMethod=batch`, and all else but merging. */
export const oldestGit = [2, 36] as const;
/** Has `merge-tree --write-tree`. */
export const oldestMergeGit = [2, 38] as const;

/** Whether the first version in a text, such as what `git --version` says, is that one or newer. */
export function isAtLeast(text: string, [major, minor]: readonly [number, number]): boolean {
  const [, hasMajor = 0, hasMinor = 0] = (/(\d+)\.(\d+)/.exec(text) ?? []).map(Number);
  return hasMajor > major || (hasMajor === major && hasMinor >= minor);
}
