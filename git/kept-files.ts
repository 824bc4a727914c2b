import { lstat, mkdir, realpath, rm } from "node:fs/promises";
import { dirname, join, sep } from "node:path";
import { runProcess } from "../process/run-process.ts";
import { displayPath, gitInTree, listOthers, scriptInTree, splitPaths, type WorkTree } from "./work-tree.ts";

const copyMs = 10 * 60_000;
const mostPaths = 500;
const copy = process.platform === "darwin" ? ["-Rpc"] : ["-a", "--reflink=auto"];

/** What a work tree holds beside its tracked files, ignored or not, relative to it; folders stand for all in them. */
export async function otherPaths(tree: WorkTree): Promise<string[]> {
  const paths = splitPaths(await gitInTree(tree, listOthers.split(" ")));
  return paths.map((path) => displayPath(path).replace(/\/$/, ""));
}

/** Whether every tracked file is as in the index. */
export async function isUntouched(tree: WorkTree): Promise<boolean> {
  return (await scriptInTree(tree, ["update-index -q --refresh", "diff-files --quiet"])).code === 0;
}

/**
 * Copies paths of a work tree into an empty folder. Why they cannot be used in another checkout, or null: files that name
 * the checkout they were made in would lead back to it.
 */
export async function keepPaths(root: string, paths: readonly string[], folder: string): Promise<string | null> {
  if (paths.length > mostPaths) return "its files are spread over too many places";
  if (paths.some((path) => path.includes("\uFFFD"))) return "its files have names that are no UTF-8";
  const byFolder = byParent(paths);
  for (const [parent, each] of byFolder) {
    const to = join(folder, parent);
    await mkdir(to, { recursive: true });
    if (!(await ran("cp", [...copy, "--", ...each.map((path) => join(root, path)), to]))) return "its files could not be copied";
  }
  // Nothing found is exit code 1; whatever cannot be read is not kept either.
  const own = await realpath(root);
  const names = own === root ? ["-e", root] : ["-e", root, "-e", own];
  const searched = await code("grep", ["-rqF", ...names, "--", folder]);
  const linked = await output("find", [folder, "-type", "l", "-lname", `${own}*`, "-print", "-quit"]);
  return searched === 1 && linked === "" ? null : "its files name the checkout that they are in";
}

/** Copies what was kept into a work tree, over whatever stands in the same places. False when that cannot be done safely. */
export async function placePaths(folder: string, paths: readonly string[], root: string): Promise<boolean> {
  for (const path of paths) if (!(await isOwn(root, dirname(path)))) return false;
  for (const path of paths) await rm(join(root, path), { recursive: true, force: true });
  const byFolder = byParent(paths);
  for (const [parent, each] of byFolder) {
    const to = join(root, parent);
    await mkdir(to, { recursive: true });
    if (!(await ran("cp", [...copy, "--", ...each.map((path) => join(folder, path)), to]))) return false;
  }
  return true;
}

/** Kilobytes on disk; 0 when unknown. */
export async function kilobytesOf(folder: string): Promise<number> {
  return Number.parseInt(await output("du", ["-sk", folder]), 10) || 0;
}

function byParent(paths: readonly string[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const path of paths) found.set(dirname(path), [...(found.get(dirname(path)) ?? []), path]);
  return found;
}

/** Whether no folder on the way is a link: it would lead to somebody else's files. */
async function isOwn(root: string, folder: string): Promise<boolean> {
  const parts = folder === "." ? [] : folder.split(sep);
  for (let depth = 1; depth <= parts.length; depth += 1) {
    const found = await lstat(join(root, ...parts.slice(0, depth))).catch(() => undefined);
    if (found !== undefined && !found.isDirectory()) return false;
  }
  return true;
}

const ran = async (file: string, args: readonly string[]) => (await code(file, args)) === 0;

async function code(file: string, args: readonly string[]): Promise<number> {
  const { outcome } = await processOf(file, args);
  return outcome.kind === "exited" ? outcome.code : -1;
}

async function output(file: string, args: readonly string[]): Promise<string> {
  return (await processOf(file, args)).stdout.toString().trim();
}

function processOf(file: string, args: readonly string[]) {
  const env = { PATH: process.env["PATH"] ?? "", LC_ALL: "C" };
  return runProcess({ command: { file, args }, cwd: "/", env, timeoutMs: copyMs });
}
