import { BatonFailure } from "../domain/failure.ts";
import { git, runGit, withoutCredentials } from "./git.ts";
import { gitDirOf } from "./git-dir.ts";
import { isConnected } from "./object-store.ts";
import { indexPack } from "./pack.ts";

export interface BranchDelivery {
  /** Root of the user's repository. */
  readonly root: string;
  /** Full branch name, under `baton/`. */
  readonly branch: string;
  readonly commit: string;
  /** The commit's objects; asked for only when the repository lacks the commit. */
  readonly pack: () => AsyncIterable<Uint8Array>;
  /** Remote to push the branch to. */
  readonly push?: string;
  /** Environment by which a push that outlives its host is found again. */
  readonly markers?: Readonly<Record<string, string>>;
}

const pushTimeoutMs = 120_000;

/**
 * Moves a `baton/` branch of the user's repository forward to a commit, and nothing else in it. Delivering the same again
 * is harmless. A branch with other work on it, or one that is checked out, is refused.
 */
export async function deliverBranch(delivery: BranchDelivery): Promise<void> {
  const { root, branch, commit } = delivery;
  if (!/^baton\/./.test(branch) || (await runGit(["check-ref-format", "--branch", branch], { cwd: root })).code !== 0) {
    throw refusal(delivery, `${branch} is not a branch name under baton/`, "Choose another deliver.branch");
  }
  const reference = `refs/heads/${branch}`;
  const current = await readReference(root, reference);
  if (current !== commit) await moveBranch(delivery, reference, current);
  if (delivery.push !== undefined) await pushBranch(delivery, delivery.push);
}

async function moveBranch(delivery: BranchDelivery, reference: string, current: string | undefined): Promise<void> {
  const { root, branch, commit } = delivery;
  if (await isCheckedOut(root, reference)) {
    throw refusal(
      delivery,
      `The branch ${branch} is checked out`,
      "Switch to another branch there, or choose another deliver.branch",
    );
  }
  const gitDir = await gitDirOf(root);
  // A cut import can leave the commit without all it needs, so its presence alone proves nothing.
  if (!(await isConnected(gitDir, commit))) await indexPack({ gitDir }, delivery.pack());
  if (!(await isConnected(gitDir, commit)))
    throw refusal(delivery, `The work of ${branch} did not arrive whole`, "Deliver again");
  if (current !== undefined && !(await isAncestor(root, current, commit))) {
    throw refusal(delivery, `The branch ${branch} has other work on it`, `Rename it: git branch -m ${branch} ${branch}-kept`);
  }
  const before = current ?? "0".repeat(commit.length);
  const moved = await runGit(["update-ref", "-m", "baton: deliver", reference, commit, before], { cwd: root });
  if (moved.code !== 0) throw refusal(delivery, `git could not move ${branch}: ${moved.stderr}`, "Mend it, then deliver again");
}

/** Pushes a commit to a branch of a remote, bounded and without asking anybody anything. Throws Delivery. */
export async function pushBranch(
  delivery: Pick<BranchDelivery, "root" | "branch" | "commit" | "markers">,
  remote: string,
): Promise<void> {
  const { root, branch, commit, markers } = delivery;
  const args = ["push", "--no-verify", "--quiet", "--no-recurse-submodules", "--", remote, `${commit}:refs/heads/${branch}`];
  const ssh = process.env["GIT_SSH_COMMAND"] ?? "ssh -o BatchMode=yes -o ConnectTimeout=20";
  const result = await runGit(args, { cwd: root, env: { ...markers, GIT_SSH_COMMAND: ssh }, timeoutMs: pushTimeoutMs }).catch(
    (error: unknown) => {
      throw refusal(delivery, `Pushing ${branch} to ${remote} did not end: ${String(error)}`, `git push ${remote} ${branch}`);
    },
  );
  if (result.code === 0) return;
  const said = withoutCredentials(result.stderr.split("\n").slice(-6).join("\n"));
  throw refusal(
    delivery,
    `Pushing ${branch} to ${withoutCredentials(remote)} failed: ${said}`,
    `git push ${withoutCredentials(remote)} ${branch}`,
  );
}

async function readReference(root: string, reference: string): Promise<string | undefined> {
  const result = await runGit(["rev-parse", "--verify", "--quiet", reference], { cwd: root });
  return result.code === 0 ? result.stdout.toString().trim() : undefined;
}

async function isCheckedOut(root: string, reference: string): Promise<boolean> {
  const output = await git(["worktree", "list", "--porcelain", "-z"], { cwd: root });
  return output.toString().split("\0").includes(`branch ${reference}`);
}

async function isAncestor(root: string, ancestor: string, commit: string): Promise<boolean> {
  return (await runGit(["merge-base", "--is-ancestor", ancestor, commit], { cwd: root })).code === 0;
}

function refusal(delivery: Pick<BranchDelivery, "root">, message: string, next: string): BatonFailure {
  return new BatonFailure("Delivery", message, { where: delivery.root, next });
}
