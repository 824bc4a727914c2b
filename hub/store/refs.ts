import { mkdir, readFile, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { hubLimits } from "../limits.ts";
import { removeTemporaries, writeDurably } from "./durable-file.ts";

/** Baton's own refs in a bare repository, written as loose files: starting git for each would cost more than the rest. */
type RefKind = "bases" | "threads" | "results";

const refKinds: readonly RefKind[] = ["bases", "threads", "results"];
/** Results are many, and nothing is built on them but merges, which are checkpoints. */
const offeredKinds: readonly RefKind[] = ["bases", "threads"];

/** Work of old epochs: refs/baton/attempts/<thread>/<epoch>. Never offered for packs to build on. */
export function attemptsFolder(gitDir: string, thread: string): string {
  return join(gitDir, "refs/baton/attempts", thread);
}

export async function writeAttemptRef(gitDir: string, thread: string, attempt: { epoch: number; commit: string }): Promise<void> {
  const folder = attemptsFolder(gitDir, thread);
  await mkdir(folder, { recursive: true });
  const path = join(folder, String(attempt.epoch));
  if ((await readRef(path)) !== attempt.commit) await writeRef(path, attempt.commit);
}

/** Removes every ref of a thread. */
export async function removeThreadRefs(gitDir: string, thread: string): Promise<void> {
  await rm(refPath(gitDir, "threads", thread), { force: true });
  await rm(attemptsFolder(gitDir, thread), { recursive: true, force: true });
}

export function refPath(gitDir: string, kind: RefKind, name: string): string {
  return join(gitDir, "refs/baton", kind, name);
}

export async function makeRefs(gitDir: string): Promise<void> {
  for (const kind of refKinds) await mkdir(join(gitDir, "refs/baton", kind), { recursive: true });
}

/** Whether `makeRefs` came to its end: the last step of making a repository. */
export function hasRefs(gitDir: string): Promise<boolean> {
  return stat(join(gitDir, "refs/baton/threads")).then(
    () => true,
    () => false,
  );
}

export async function readRef(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").then(
    (text) => text.trim() || undefined,
    () => undefined,
  );
}

export async function writeRef(path: string, commit: string): Promise<void> {
  await writeDurably(path, `${commit}\n`);
}

export async function removeRefTemporaries(gitDir: string): Promise<void> {
  const attempts = await readdir(join(gitDir, "refs/baton/attempts")).catch(() => []);
  const folders = [...refKinds, ...attempts.map((thread) => join("attempts", thread))];
  for (const folder of folders) await removeTemporaries(join(gitDir, "refs/baton", folder)).catch(() => undefined);
}

/** Commits that packs may build on, newest first, at most 200. */
export async function readHaves(gitDir: string): Promise<string[]> {
  const refs = await Promise.all(offeredKinds.map((kind) => listRefs(join(gitDir, "refs/baton", kind))));
  const newest = refs
    .flat()
    .sort((a, b) => b.at - a.at)
    .slice(0, hubLimits.haves);
  const commits = await Promise.all(newest.map((ref) => readRef(ref.path)));
  return [...new Set(commits.filter((commit) => commit !== undefined))];
}

export async function listRefs(folder: string): Promise<{ path: string; at: number }[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => !name.startsWith("."));
  return Promise.all(
    names.map(async (name) => ({
      path: join(folder, name),
      at: (await stat(join(folder, name)).catch(() => null))?.mtimeMs ?? 0,
    })),
  );
}
