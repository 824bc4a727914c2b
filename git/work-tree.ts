import { rm } from "node:fs/promises";
import { BatonFailure } from "../domain/failure.ts";
import { git, gitFailure, runGit, runGitScript, type GitOptions, type GitResult } from "./git.ts";

/** A folder of files that is compared with, and brought to, commits of a store through an index of Baton's own. */
export interface WorkTree {
  /** Bare git folder that the objects are in. */
  readonly store: string;
  /** Absolute path of the folder. */
  readonly root: string;
  /** Path of the private index; nobody else may use it at the same time. */
  readonly index: string;
  /** Added to the environment of its git processes. */
  readonly markers?: Readonly<Record<string, string>>;
}

/** A path as bytes, one character each (latin1), because file names need not be UTF-8. */
export type BytePath = string;

export function displayPath(path: BytePath): string {
  return Buffer.from(path, "latin1").toString();
}

export function absolutePath(root: string, path: BytePath): Buffer {
  return Buffer.concat([Buffer.from(`${root}/`), Buffer.from(path, "latin1")]);
}

/** Splits git's NUL-separated output. */
export function splitPaths(output: Buffer): BytePath[] {
  const parts = output.toString("latin1").split("\0");
  parts.pop();
  return parts;
}

// A split index would leave half of what the agent's repository takes over behind.
const settings =
  "-c core.autocrlf=false -c core.safecrlf=false -c core.splitIndex=false -c index.version=4 -c core.untrackedCache=true";

export function treeCommand(tree: WorkTree, args: readonly string[], stdin?: string | Uint8Array) {
  return {
    args: [...settings.split(" "), ...args],
    options: { ...treeOptions(tree), ...(stdin === undefined ? {} : { stdin }) },
  };
}

/** Runs git commands (arguments without anything a shell would change) one after the other while they succeed. */
export async function scriptInTree(tree: WorkTree, commands: readonly string[]): Promise<GitResult> {
  return runGitScript(commands.map((command) => `git ${settings} ${command}`).join(" && "), treeOptions(tree));
}

function treeOptions(tree: WorkTree): GitOptions {
  return { cwd: tree.root, gitDir: tree.store, env: { ...tree.markers, GIT_WORK_TREE: tree.root, GIT_INDEX_FILE: tree.index } };
}

export async function gitInTree(tree: WorkTree, args: readonly string[], stdin?: string | Uint8Array): Promise<Buffer> {
  const command = treeCommand(tree, args, stdin);
  return git(command.args, command.options);
}

/**
 * Makes every tracked file exactly the commit's, whatever was done to the files, then runs `after` (a git command) and
 * gives its output. Other files stay.
 */
export async function resetTracked(tree: WorkTree, commit: string, after: string): Promise<Buffer> {
  if (!/^[0-9a-f]{40,64}$/.test(commit)) throw new BatonFailure("Workspace", `Not a commit id: ${commit}`, { where: tree.root });
  const commands = [`read-tree --reset -u ${commit} || exit`, after];
  const script = commands.map((command) => `git ${settings} ${command}`).join("\n");
  await rm(`${tree.index}.lock`, { force: true });
  const first = await runGitScript(script, treeOptions(tree));
  if (first.code === 0) return first.stdout;
  // An index that a crash damaged is only a cache: without it every file is written anew.
  await rm(tree.index, { force: true });
  await rm(`${tree.index}.lock`, { force: true });
  const second = await runGitScript(script, treeOptions(tree));
  if (second.code !== 0) throw gitFailure(["read-tree"], tree.root, second);
  return second.stdout;
}

/** Writes only what differs between two commits, the first of which the files are at; false, with nothing done, when they are not. */
export async function advanceTracked(tree: WorkTree, from: string, to: string): Promise<boolean> {
  const { args, options } = treeCommand(tree, ["read-tree", "-m", "-u", from, to]);
  return runGit(args, options).then(
    ({ code }) => code === 0,
    () => false,
  );
}

/** Removes untracked files, nested repositories included; ignored files stay. */
export const removeUntracked = "clean -ffdq";

/** Lists everything that is not tracked, ignored or not, for `splitPaths`; whole folders end in a slash. */
export const listOthers = "ls-files --others --directory -z";
