import { runGit } from "../../git/git.ts";

/** Whether a thread may deliver to a branch: `ahead` has work that the base lacks, `blocked` is a name git cannot make. */
export type BranchState =
  | { readonly kind: "free" }
  | { readonly kind: "ahead" }
  | { readonly kind: "blocked"; readonly branch: string };

export async function branchState(
  branch: string,
  { root, base }: { readonly root: string; readonly base: string },
): Promise<BranchState> {
  const parts = branch.split("/");
  for (let length = 1; length < parts.length; length += 1) {
    const prefix = parts.slice(0, length).join("/");
    if (await exists(prefix, root)) return { kind: "blocked", branch: prefix };
  }
  if (!(await exists(branch, root))) return { kind: "free" };
  const merged = await runGit(["merge-base", "--is-ancestor", `refs/heads/${branch}`, base], { cwd: root });
  return { kind: merged.code === 0 ? "free" : "ahead" };
}

async function exists(branch: string, root: string): Promise<boolean> {
  return (await runGit(["rev-parse", "--verify", "--quiet", `refs/heads/${branch}`], { cwd: root })).code === 0;
}
