import { relative } from "node:path";
import picomatch from "picomatch";
import type { Goal } from "../../domain/goal.ts";
import type { Finding } from "../../domain/goal-review.ts";
import { runGit } from "../../git/git.ts";

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
  const ask = async (...args: string[]) => {
    const { code, stdout } = await runGit(args, { cwd, timeoutMs: 30_000 });
    return code === 0 ? stdout.toString("utf8").replace(/\n$/, "") : undefined;
  };
  if ((await ask("rev-parse", "--git-dir")) === undefined)
    return nothing(cwd, "is not a git repository", "git init, then commit what is there");
  if ((await ask("rev-parse", "--is-bare-repository")) === "true") {
    return nothing(cwd, "is a bare repository", "Run this in a checkout of it");
  }
  const root = await ask("rev-parse", "--show-toplevel");
  if (root === undefined) return nothing(cwd, "is inside a git folder, not in a checkout", "Run this in the checkout");
  const commit = await ask("rev-parse", "--verify", "--quiet", "HEAD^{commit}");
  if (commit === undefined) return nothing(root, "has no commit yet", "Commit what is there; work starts from a commit");
  const tree = (await ask("-C", root, "ls-tree", "-r", "-z", "--full-tree", commit)) ?? "";
  const entries = tree
    .split("\0")
    .filter((line) => line !== "")
    .map(parseEntry);
  const findings = [
    ...(await stateFindings(ask, root)),
    ...(await changeFindings(ask, root, path)),
    ...submoduleFindings(entries, root),
    ...globFindings(goal, entries),
    ...(await remoteFindings(goal, ask)),
  ];
  return { base: { root, commit }, findings };
}

type Ask = (...args: string[]) => Promise<string | undefined>;

interface Entry {
  readonly mode: string;
  readonly path: string;
}

function parseEntry(line: string): Entry {
  return { mode: line.slice(0, 6), path: line.slice(line.indexOf("\t") + 1) };
}

function nothing(where: string, text: string, next: string): InspectedBase {
  return { findings: [{ severity: "error", where, text, next }] };
}

function warning(where: string, text: string, next: string): Finding {
  return { severity: "warning", where, text, next };
}

async function stateFindings(ask: Ask, root: string): Promise<Finding[]> {
  const findings: Finding[] = [];
  if ((await ask("rev-parse", "--is-shallow-repository")) === "true") {
    findings.push(
      warning(root, "is a shallow clone: the agent sees little history", "git fetch --unshallow, if history matters"),
    );
  }
  if ((await ask("symbolic-ref", "--quiet", "HEAD")) === undefined) {
    findings.push(
      warning(root, "is on no branch (detached HEAD)", "Work starts from this very commit; git switch <branch> for another"),
    );
  }
  const attributes = await ask("-C", root, "grep", "--quiet", "-e", "filter=lfs", "HEAD", "--", ":(glob)**/.gitattributes");
  if (attributes !== undefined) {
    findings.push(
      warning(
        root,
        "keeps files in Git LFS: checkouts hold only pointers to them",
        "If checks need them, add git lfs pull to setup",
      ),
    );
  }
  return findings;
}

async function changeFindings(ask: Ask, root: string, goalFile: string): Promise<Finding[]> {
  const inside = relative(root, goalFile);
  const others = inside === "" || inside.startsWith("..") ? [] : [`:(exclude,top,literal)${inside}`];
  const status = await ask("-C", root, "status", "--porcelain", "-z", "--no-renames", "--", ":/", ...others);
  const changed = status?.split("\0").filter((line) => line !== "").length ?? 0;
  if (changed === 0) return [];
  const text = `has ${changed} uncommitted change${changed === 1 ? "" : "s"} that the work would not start from`;
  return [warning(root, text, "Commit, or take them along with baton run --dirty")];
}

function submoduleFindings(entries: readonly Entry[], root: string): Finding[] {
  const submodules = entries.filter((entry) => entry.mode === "160000").length;
  if (submodules === 0) return [];
  const text = `has ${submodules} submodule${submodules === 1 ? "" : "s"}, empty in checkouts`;
  return [warning(root, text, "If checks need them, add git submodule update --init to setup")];
}

/** A glob that matches nothing is mostly a typing mistake. */
function globFindings({ scope }: Goal, entries: readonly Entry[]): Finding[] {
  return (["allow", "protect"] as const).flatMap((key) =>
    scope[key].flatMap((glob, index) => {
      const matches = picomatch(glob, { dot: true });
      if (entries.some((entry) => matches(entry.path))) return [];
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

async function remoteFindings({ deliver }: Goal, ask: Ask): Promise<Finding[]> {
  const { push } = deliver;
  if (push === undefined || push.includes("/") || push.includes(":")) return [];
  const remotes = (await ask("remote"))?.split("\n").filter((name) => name !== "") ?? [];
  if (remotes.includes(push)) return [];
  const next = remotes.length === 0 ? `git remote add ${push} <address>` : `Name one of: ${remotes.join(", ")}`;
  return [{ severity: "error", where: "deliver.push", text: `there is no remote ${push}`, next }];
}
