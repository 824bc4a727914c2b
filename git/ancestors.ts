import { runGit } from "./git.ts";

/** Those of some commits that are in the history of one, or that one itself; a commit that is not there is none. */
export async function ancestorsAmong(
  candidates: readonly string[],
  { gitDir, commit }: { readonly gitDir: string; readonly commit: string },
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (const candidate of candidates) {
    const isAncestor = () => runGit(["merge-base", "--is-ancestor", candidate, commit], { cwd: gitDir, gitDir });
    if (candidate === commit || (await isAncestor()).code === 0) found.add(candidate);
  }
  return found;
}
