import { createHash } from "node:crypto";
import { access, readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { BatonFailure } from "../domain/failure.ts";
import type { RepositoryRef } from "../domain/repository.ts";
import { isAtLeast, oldestGit } from "./git-version.ts";
import { git, runGit, withoutCredentials } from "./git.ts";
import { repositoryName } from "./repository-name.ts";

/** The user's repository as it is now. Looking at it changes nothing, not even its index. */
export interface InspectedRepository {
  readonly ref: RepositoryRef;
  /** Absolute path of the work tree's root. */
  readonly root: string;
  readonly gitDir: string;
  /** Commit that HEAD is at. */
  readonly head: string;
  /** Branch that is checked out; null where HEAD is detached. */
  readonly branch: string | null;
  /** Numbers of paths. */
  readonly dirty: { readonly tracked: number; readonly untracked: number };
  readonly submodules: boolean;
  readonly lfs: boolean;
  readonly shallow: boolean;
}

/** Looks at the repository that a path is in; says what is wrong with one that Baton cannot work on. */
export async function inspectRepository(path: string): Promise<InspectedRepository> {
  const at = resolve(path);
  if (!(await stat(at).catch(() => undefined))?.isDirectory())
    throw refusal(`${at} is not a folder`, at, "Name a git repository");
  const [, { root, gitDir, shallow }] = await Promise.all([requireGit(at), locate(at)]);
  const head = await readHead(root);
  const [status, rootCommits, origin, boundary] = await Promise.all([
    readStatus(root),
    shallow ? Promise.resolve([]) : git(["rev-list", "--max-parents=0", "HEAD"], { cwd: root }).then(lines),
    readOrigin(root),
    shallow ? readShallow(root) : Promise.resolve([]),
  ]);
  const name = repositoryName(origin, root);
  const identity = shallow ? (origin ?? root) : rootCommits.sort().join("\n");
  const ref: RepositoryRef = {
    id: `${name}-${createHash("sha256").update(identity).digest("hex").slice(0, 8)}`,
    name,
    base: head,
    shallow: boundary,
    ...(origin === undefined ? {} : { origin }),
  };
  const submodules = await exists(join(root, ".gitmodules"));
  return { ref, root, gitDir, head, shallow, submodules, lfs: await usesLfs(root), ...status };
}

async function requireGit(cwd: string): Promise<void> {
  const version = (await git(["--version"], { cwd })).toString().trim();
  if (isAtLeast(version, oldestGit)) return;
  throw refusal(`${version} is too old`, cwd, `Install git ${oldestGit.join(".")} or newer`);
}

async function locate(cwd: string): Promise<{ root: string; gitDir: string; shallow: boolean }> {
  const asked = ["--is-bare-repository", "--is-inside-work-tree", "--is-shallow-repository", "--absolute-git-dir"];
  const found = await runGit(["rev-parse", ...asked], { cwd });
  if (found.code !== 0) throw explain(found.stderr, cwd);
  const [bare, inside, shallow, gitDir = ""] = lines(found.stdout);
  if (inside !== "true") {
    const what = bare === "true" ? "is a bare repository: there is no work tree" : "is inside a .git folder";
    throw refusal(`${cwd} ${what}`, cwd, "Run this in a clone that has a work tree");
  }
  const root = (await git(["rev-parse", "--show-toplevel"], { cwd })).toString().replace(/\n$/, "");
  return { root, gitDir, shallow: shallow === "true" };
}

function explain(stderr: string, cwd: string): BatonFailure {
  if (/dubious ownership|safe\.directory/.test(stderr)) {
    const next = `If you trust it: git config --global --add safe.directory '${cwd}'`;
    return refusal(`${cwd} belongs to another user, so git refuses to read it`, cwd, next);
  }
  if (/not a git repository/.test(stderr)) {
    return refusal(`${cwd} is not a git repository`, cwd, "Run `git init` and commit, or change to a repository");
  }
  return refusal(`git cannot read the repository: ${withoutCredentials(stderr)}`, cwd, "Mend it until `git status` works there");
}

async function readHead(root: string): Promise<string> {
  const head = await runGit(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"], { cwd: root });
  if (head.code === 0) return head.stdout.toString().trim();
  throw refusal("The repository has no commit yet", root, 'Commit something first: git add -A && git commit -m "Start"');
}

async function readStatus(root: string) {
  const output = await git(["status", "--porcelain=v2", "--branch", "-z", "--no-renames", "--untracked-files=all"], {
    cwd: root,
  });
  const entries = output.toString("latin1").split("\0");
  const head = entries.find((entry) => entry.startsWith("# branch.head "))?.slice("# branch.head ".length) ?? "(detached)";
  const count = (kinds: string) => entries.filter((entry) => entry[1] === " " && kinds.includes(entry[0] ?? "#")).length;
  const branch = head === "(detached)" ? null : Buffer.from(head, "latin1").toString();
  return { branch, dirty: { tracked: count("12u"), untracked: count("?") } };
}

async function readOrigin(root: string): Promise<string | undefined> {
  const result = await runGit(["config", "--get", "remote.origin.url"], { cwd: root });
  const url = result.stdout.toString().trim();
  return url === "" ? undefined : withoutCredentials(url);
}

async function readShallow(root: string): Promise<string[]> {
  const path = (await git(["rev-parse", "--git-path", "shallow"], { cwd: root })).toString().replace(/\n$/, "");
  return lines(await readFile(resolve(root, path)));
}

async function usesLfs(root: string): Promise<boolean> {
  const text = await readFile(join(root, ".gitattributes"), "latin1").catch(() => "");
  return /filter=lfs/.test(text);
}

function refusal(message: string, where: string, next: string): BatonFailure {
  return new BatonFailure("Repository", message, { where, next });
}

function lines(output: Buffer): string[] {
  return output
    .toString()
    .split("\n")
    .filter((line) => line !== "");
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
