import { access, rm } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { gitFailure, runGit, type GitResult } from "./git.ts";
import { absolutePath, gitInTree, splitPaths, treeCommand, type BytePath, type WorkTree } from "./work-tree.ts";

const add = ["-c", "advice.addEmbeddedRepo=false", "add", "-A"];
/** Each round opens one more level of repositories in repositories. */
const mostRounds = 10;

/**
 * Puts everything that is not ignored into the private index. A repository that the agent made inside the tree goes in as
 * plain files, because a reference to its commit would lose its content.
 */
export async function addEverything(tree: WorkTree, base: string): Promise<void> {
  const command = treeCommand(tree, add);
  let result = await runGit(command.args, command.options);
  if (result.code !== 0 && /index file|bad signature|bad index/i.test(result.stderr)) {
    // Only a crash damages the private index; it is rebuilt from the base, and every file is looked at again.
    await rm(tree.index, { force: true });
    await gitInTree(tree, ["read-tree", base]);
    result = await runGit(command.args, command.options);
  }
  for (let round = 1; isUnsettled(result); round += 1) {
    if (round > mostRounds) throw gitFailure(["add"], tree.root, result);
    await openNested(tree);
    // A file that the agent writes or removes at this moment makes `add` fail; a later try sees it settled.
    if (round > 1 && result.code !== 0) await delay(50);
    result = await runGit(command.args, command.options);
  }
  if (result.code !== 0) throw gitFailure(["add"], tree.root, result);
}

function isUnsettled({ stderr }: GitResult): boolean {
  return /embedded git repository|does not have a commit checked out|adding files failed/i.test(stderr);
}

/** Git looks into a nested repository once the index knows a file in it; entries for files that do not exist vanish by `add`. */
async function openNested(tree: WorkTree): Promise<void> {
  const [staged, others] = await Promise.all([
    gitInTree(tree, ["ls-files", "--stage", "-z"]),
    gitInTree(tree, ["ls-files", "--others", "--exclude-standard", "-z"]),
  ]);
  const links = splitPaths(staged)
    .filter((line) => line.startsWith("160000 "))
    .map((line) => line.slice(line.indexOf("\t") + 1));
  const submodules = new Set(await submodulePaths(tree));
  const nested = [...links.filter((path) => !submodules.has(path)), ...folders(splitPaths(others))];
  const empty = (await gitInTree(tree, ["hash-object", "-w", "--stdin"], "")).toString().trim();
  const lines: string[] = [];
  for (const path of nested) {
    if (!(await isRepository(tree, path))) continue;
    lines.push(`0 ${"0".repeat(empty.length)}\t${path}\0`, `100644 ${empty}\t${path}/.baton-nested\0`);
  }
  await gitInTree(tree, ["update-index", "--replace", "-z", "--index-info"], Buffer.from(lines.join(""), "latin1"));
}

function folders(paths: readonly BytePath[]): BytePath[] {
  return paths.filter((path) => path.endsWith("/")).map((path) => path.slice(0, -1));
}

async function isRepository(tree: WorkTree, path: BytePath): Promise<boolean> {
  return access(absolutePath(tree.root, `${path}/.git`)).then(
    () => true,
    () => false,
  );
}

async function submodulePaths(tree: WorkTree): Promise<BytePath[]> {
  const args = ["config", "--file", ".gitmodules", "-z", "--get-regexp", String.raw`^submodule\..*\.path$`];
  const command = treeCommand(tree, args);
  const { stdout } = await runGit(command.args, command.options);
  return splitPaths(stdout).map((entry) => entry.slice(entry.indexOf("\n") + 1));
}
