import { git } from "./git.ts";

/** Absolute path of the git folder of a repository or work tree. */
export async function gitDirOf(root: string): Promise<string> {
  return (await git(["rev-parse", "--absolute-git-dir"], { cwd: root })).toString().replace(/\n$/, "");
}
