import { mkdir, readFile, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runGit, git } from "./git.ts";
import { isLoose } from "./loose-objects.ts";
import { oneAtATime } from "./one-at-a-time.ts";

/** A bare git folder that only holds objects: nothing in it is ever collected, so nobody needs references into it. */
export interface ObjectStore {
  readonly gitDir: string;
}

export interface OpenObjectStore {
  readonly gitDir: string;
  /** Boundary commits of a shallow clone. */
  readonly shallow?: readonly string[];
  /** Any object id of the repository; tells SHA-256 repositories apart. */
  readonly sample?: string;
}

const staleMs = 60 * 60_000;

/** Makes or opens a store. Opening it again is cheap; a store whose making was cut short is made anew. */
export async function openObjectStore({ gitDir, shallow = [], sample = "" }: OpenObjectStore): Promise<ObjectStore> {
  // Git locks the configuration of a new store, and fails where another process makes the same one.
  await oneAtATime(gitDir, async () => {
    if (!(await isComplete(gitDir))) await createStore(gitDir, sample);
    if (shallow.length > 0) await addShallow(gitDir, shallow);
  });
  await sweepIncoming(gitDir);
  return { gitDir };
}

/** Which of these objects the store has. */
export async function presentObjects(gitDir: string, ids: readonly string[]): Promise<string[]> {
  if (ids.every((id) => isLoose(gitDir, id))) return [...ids];
  const output = await git(["cat-file", "--batch-check=%(objectname)"], { cwd: gitDir, gitDir, stdin: `${ids.join("\n")}\n` });
  const lines = output.toString().split("\n");
  return ids.filter((id, index) => lines[index] === id);
}

/** Whether a commit and everything it needs is there, checked by walking it; what a reference reaches is taken for granted. */
export async function isConnected(gitDir: string, commit: string): Promise<boolean> {
  if ((await presentObjects(gitDir, [commit])).length === 0) return false;
  const args = ["rev-list", "--objects", "--quiet", commit, "--not", "--all"];
  return (await runGit(args, { cwd: gitDir, gitDir })).code === 0;
}

async function isComplete(gitDir: string): Promise<boolean> {
  return stat(join(gitDir, "baton-store")).then(
    () => true,
    () => false,
  );
}

async function createStore(gitDir: string, sample: string): Promise<void> {
  await mkdir(gitDir, { recursive: true });
  const format = sample.length === 64 ? ["--object-format=sha256"] : [];
  await git(["init", "--quiet", "--bare", "--template=", ...format, "."], { cwd: gitDir });
  await writeFile(join(gitDir, "baton-store"), "");
}

async function addShallow(gitDir: string, commits: readonly string[]): Promise<void> {
  const path = join(gitDir, "shallow");
  const known = (await readFile(path, "utf8").catch(() => "")).split("\n").filter((line) => line !== "");
  if (commits.every((commit) => known.includes(commit))) return;
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, `${[...new Set([...known, ...commits])].sort().join("\n")}\n`);
  await rename(temporary, path);
}

/** Removes what packs that were cut short left behind. */
async function sweepIncoming(gitDir: string): Promise<void> {
  const objects = join(gitDir, "objects");
  const left = (await readdir(objects)).filter((name) => name.startsWith("incoming-") || name.startsWith("tmp_obj_"));
  for (const name of left) {
    const path = join(objects, name);
    const age = Date.now() - ((await stat(path).catch(() => undefined))?.mtimeMs ?? Date.now());
    if (age > staleMs) await rm(path, { recursive: true, force: true });
  }
}
