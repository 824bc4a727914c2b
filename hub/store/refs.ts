import { mkdir, readFile, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { hubLimits } from "../limits.ts";
import { removeTemporaries, writeDurably } from "./durable-file.ts";

/** Baton's own refs in a bare repository, written as loose files: starting git for each would cost more than the rest. */
type RefKind = "bases" | "threads";

const refKinds: readonly RefKind[] = ["bases", "threads"];

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
  for (const kind of refKinds) await removeTemporaries(join(gitDir, "refs/baton", kind)).catch(() => undefined);
}

/** Commits of all refs, newest first, at most 200. */
export async function readHaves(gitDir: string): Promise<string[]> {
  const refs = await Promise.all(refKinds.map((kind) => listRefs(join(gitDir, "refs/baton", kind))));
  const newest = refs
    .flat()
    .sort((a, b) => b.at - a.at)
    .slice(0, hubLimits.haves);
  const commits = await Promise.all(newest.map((ref) => readRef(ref.path)));
  return [...new Set(commits.filter((commit) => commit !== undefined))];
}

async function listRefs(folder: string): Promise<{ path: string; at: number }[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => !name.startsWith("."));
  return Promise.all(
    names.map(async (name) => ({
      path: join(folder, name),
      at: (await stat(join(folder, name)).catch(() => null))?.mtimeMs ?? 0,
    })),
  );
}
