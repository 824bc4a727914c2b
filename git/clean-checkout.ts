import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { BatonFailure } from "../domain/failure.ts";
import { allEnded } from "./all-ended.ts";
import { noticeFullDisk } from "./disk-full.ts";
import { runGit } from "./git.ts";
import { writeInnerRepository } from "./inner-repository.ts";
import { isManifest } from "./manifests.ts";
import { oneAtATime } from "./one-at-a-time.ts";
import { ownFolder } from "./own-folder.ts";
import { regainAccess } from "./regain-access.ts";
import { absolutePath, gitInTree, listOthers, resetTracked, splitPaths, type BytePath, type WorkTree } from "./work-tree.ts";

export interface CheckoutPlace {
  /** Bare git folder of the host's store. */
  readonly store: string;
  /** Folder of the checkout; the files are in `tree` in it. */
  readonly dir: string;
}

export interface CleanCheckoutRequest extends CheckoutPlace {
  readonly commit: string;
  /** Variables that mark git's processes as the thread's, so that the reaper finds them. */
  readonly markers?: Readonly<Record<string, string>>;
}

export interface CleanCheckout {
  /** Folder to run commands in. */
  readonly root: string;
  /** Why `setup` has to run (again) before verification; absent when what it made is still good. */
  readonly setupNeeded?: "first use" | "dependencies changed" | "its files are gone";
}

interface SetupRecord {
  readonly commit: string;
  /** What was there after setup beside the tracked files, as byte paths; folders end in a slash. */
  readonly paths: readonly BytePath[];
}

/**
 * Makes the checkout exactly a commit: tracked files as in it, nothing untracked or ignored but what `setup` made. What an
 * earlier command did to it is undone; what cannot be undone (folders without permissions) is made anew.
 */
export async function cleanCheckout(request: CleanCheckoutRequest): Promise<CleanCheckout> {
  return oneAtATime(request.dir, () => noticeFullDisk(request.dir, () => checkOut(request)));
}

async function checkOut(request: CleanCheckoutRequest): Promise<CleanCheckout> {
  const { store, dir, commit } = request;
  const tree = treeAt(request);
  await ownFolder(tree.root);
  const record = await readRecord(dir);
  const [gone, changed] = await allEnded([clean(tree, commit, record), manifestsChanged(store, record, commit)]);
  await rm(join(tree.root, ".git"), { recursive: true, force: true });
  await writeInnerRepository({ root: tree.root, store, commit, index: tree.index });
  const setupNeeded =
    record === undefined ? "first use" : changed ? "dependencies changed" : gone ? "its files are gone" : undefined;
  return { root: tree.root, ...(setupNeeded === undefined ? {} : { setupNeeded }) };
}

/** Remembers what `setup` left in the checkout, so that cleaning keeps it. */
export async function recordSetup(request: CleanCheckoutRequest): Promise<void> {
  const record: SetupRecord = {
    commit: request.commit,
    paths: splitPaths(await gitInTree(treeAt(request), listOthers.split(" "))),
  };
  const path = recordPath(request.dir);
  await writeFile(`${path}.tmp`, JSON.stringify(record));
  await rename(`${path}.tmp`, path);
}

/** The checkout as a work tree. */
export function treeAt({ store, dir, markers = {} }: CheckoutPlace & Pick<CleanCheckoutRequest, "markers">): WorkTree {
  return { store, markers, root: join(dir, "tree"), index: join(dir, "tree.index") };
}

/** Gives whether something that setup made is gone. */
async function clean(tree: WorkTree, commit: string, record: SetupRecord | undefined): Promise<boolean> {
  try {
    const kept = record?.paths ?? [];
    const present = splitPaths(await resetTracked(tree, commit, listOthers));
    for (const path of present)
      if (!isKept(path, kept)) await rm(absolutePath(tree.root, path), { recursive: true, force: true });
    return kept.some((path) => !present.some((each) => each === path || each.startsWith(asFolder(path)) || isKept(path, [each])));
  } catch (error) {
    if (error instanceof BatonFailure && error.type === "DiskFull") throw error;
    await removeAll(tree);
    await mkdir(tree.root, { recursive: true });
    await resetTracked(tree, commit, listOthers);
    return true;
  }
}

function isKept(path: BytePath, kept: readonly BytePath[]): boolean {
  return kept.some((each) => path === each || path.startsWith(asFolder(each)));
}

function asFolder(path: BytePath): BytePath {
  return path.endsWith("/") ? path : `${path}/`;
}

async function removeAll(tree: WorkTree): Promise<void> {
  await regainAccess(tree.root);
  await rm(tree.root, { recursive: true, force: true });
  await rm(tree.index, { force: true });
}

async function manifestsChanged(store: string, record: SetupRecord | undefined, commit: string): Promise<boolean> {
  if (record === undefined || record.commit === commit) return false;
  const args = ["diff-tree", "-r", "--name-only", "--no-renames", "-z", record.commit, commit];
  const result = await runGit(args, { cwd: store, gitDir: store });
  return result.code !== 0 || splitPaths(result.stdout).some((path) => isManifest(path));
}

function recordPath(dir: string): string {
  return join(dir, "setup.json");
}

async function readRecord(dir: string): Promise<SetupRecord | undefined> {
  try {
    return JSON.parse(await readFile(recordPath(dir), "utf8")) as SetupRecord;
  } catch {
    return undefined;
  }
}
