import { git } from "./git.ts";

/** Id of the tree of a commit that the store has. */
export async function treeOf(store: string, commit: string): Promise<string> {
  return (await git(["rev-parse", "--verify", `${commit}^{tree}`], { cwd: store, gitDir: store })).toString().trim();
}
