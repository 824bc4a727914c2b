import type { Checkpoint } from "../domain/turn.ts";
import { runGit } from "./git.ts";

/**
 * The commit with a checkpoint's work tree: one inside a turn has its own, the last parent of its snapshot, beside the newest
 * whole turn's. Undefined when the snapshot is not there or has none.
 */
export async function workCommit(
  gitDir: string,
  { partial, commit, snapshot }: Pick<Checkpoint, "commit" | "snapshot"> & { readonly partial: boolean },
): Promise<string | undefined> {
  if (!partial) return commit;
  const parents = await runGit(["rev-parse", `${snapshot}^@`], { cwd: gitDir, gitDir });
  return parents.code === 0 ? parents.stdout.toString().trim().split("\n").at(-1) || undefined : undefined;
}
