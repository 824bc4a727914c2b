import { relative } from "node:path";
import { BatonFailure } from "../../domain/failure.ts";
import type { Goal } from "../../domain/goal.ts";
import type { Finding } from "../../domain/goal-review.ts";
import { createPathMatcher } from "../../git/changed-paths.ts";
import { git } from "../../git/git.ts";
import { inspectRepository, type InspectedRepository } from "../../git/inspect-repository.ts";
import { splitPaths } from "../../git/work-tree.ts";
import { plural } from "../render-text.ts";

export interface Base {
  readonly root: string;
  readonly commit: string;
}

export interface InspectRequest {
  readonly goal: Goal;
  /** Absolute path of the goal file, whose own changes do not matter. */
  readonly path: string;
}

export interface InspectedBase {
  /** Absent when there is nothing to work from; `findings` says why. */
  readonly base?: Base;
  readonly findings: readonly Finding[];
}

/** The commit a thread would start from, and what about the repository a person should know. Changes nothing. */
export async function inspectBase(cwd: string, { goal, path }: InspectRequest): Promise<InspectedBase> {
  try {
    const repository = await inspectRepository(cwd);
    const { root, head } = repository;
    const findings = [
      ...stateFindings(repository),
      ...(await changeFindings(root, path)),
      ...(await globFindings(goal, repository)),
      ...(await remoteFindings(goal, root)),
    ];
    return { base: { root, commit: head }, findings };
  } catch (error) {
    if (!(error instanceof BatonFailure)) throw error;
    const { message, where = cwd, next = "Mend the repository" } = error;
    return { findings: [{ severity: "error", where, text: message, next }] };
  }
}

function warning(where: string, text: string, next: string): Finding {
  return { severity: "warning", where, text, next };
}

function stateFindings({ root, shallow, branch, lfs, submodules }: InspectedRepository): Finding[] {
  const findings: Finding[] = [];
  if (shallow)
    findings.push(
      warning(root, "is a shallow clone: the agent sees little history", "git fetch --unshallow, if history matters"),
    );
  if (branch === null) {
    findings.push(
      warning(root, "is on no branch (detached HEAD)", "Work starts from this very commit; git switch <branch> for another"),
    );
  }
  if (lfs) {
    findings.push(
      warning(
        root,
        "keeps files in Git LFS: checkouts hold only pointers to them",
        "If checks need them, add git lfs pull to setup",
      ),
    );
  }
  if (submodules) {
    findings.push(
      warning(root, "has submodules, empty in checkouts", "If checks need them, add git submodule update --init to setup"),
    );
  }
  return findings;
}

async function changeFindings(root: string, goalFile: string): Promise<Finding[]> {
  const inside = relative(root, goalFile);
  const others = inside === "" || inside.startsWith("..") ? [] : [`:(exclude,top,literal)${inside}`];
  const status = await git(["status", "--porcelain", "-z", "--no-renames", "--", ":/", ...others], { cwd: root });
  const changed = parts(status, "\0").length;
  if (changed === 0) return [];
  const text = `has ${plural(changed, "uncommitted change")} that the work would not start from`;
  return [warning(root, text, "Commit, or take them along with baton run --dirty")];
}

/** A glob that matches nothing is mostly a typing mistake. */
async function globFindings({ scope }: Goal, { root, head }: InspectedRepository): Promise<Finding[]> {
  if (scope.allow.length + scope.protect.length === 0) return [];
  const paths = splitPaths(await git(["ls-tree", "-r", "-z", "--name-only", "--full-tree", head], { cwd: root }));
  return (["allow", "protect"] as const).flatMap((key) =>
    scope[key].flatMap((glob, index) => {
      const matches = createPathMatcher([glob]);
      if (paths.some((path) => matches(path))) return [];
      return [
        warning(
          `scope.${key}.${index}`,
          `${glob} matches no file of the base commit`,
          "Mend the glob, unless the files come later",
        ),
      ];
    }),
  );
}

async function remoteFindings({ deliver: { push } }: Goal, root: string): Promise<Finding[]> {
  if (push === undefined || /[/:]/.test(push)) return [];
  const remotes = parts(await git(["remote"], { cwd: root }), "\n");
  if (remotes.includes(push)) return [];
  const next = remotes.length === 0 ? `git remote add ${push} <address>` : `Name one of: ${remotes.join(", ")}`;
  return [{ severity: "error", where: "deliver.push", text: `there is no remote ${push}`, next }];
}

function parts(output: Buffer, separator: string): string[] {
  return output
    .toString("utf8")
    .split(separator)
    .filter((part) => part !== "");
}
