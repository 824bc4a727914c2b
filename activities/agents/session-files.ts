import { randomUUID } from "node:crypto";
import { copyFile, cp, mkdir, open, readFile, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { AgentTurn } from "./agent.ts";

/** The environment that tells where an agent keeps its sessions, and the folder that travels. */
export type SessionPlace = Pick<AgentTurn, "env" | "sessionDir">;

const blockBytes = 64 * 1024;

/** Copies a file so that a reader sees the old or the new one, never a part. Makes the folders; errors are the machine's. */
export async function putFile(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  const draft = `${to}.${randomUUID()}.tmp`;
  try {
    await copyFile(from, draft);
    await rename(draft, to);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/** As `putFile`, of a file that another process appends lines to: without a last line that is not ended. */
export async function putWholeLines(from: string, to: string): Promise<void> {
  const whole = `${to}.${randomUUID()}.whole`;
  try {
    await copyFile(from, whole);
    await cutLastLine(whole);
    await rename(whole, to);
  } finally {
    await rm(whole, { force: true });
  }
}

async function cutLastLine(path: string): Promise<void> {
  const file = await open(path, "r+");
  try {
    const block = Buffer.alloc(blockBytes);
    let { size } = await file.stat();
    while (size > 0) {
      const from = Math.max(0, size - blockBytes);
      const { bytesRead } = await file.read(block, 0, size - from, from);
      const end = block.subarray(0, bytesRead).lastIndexOf(10);
      size = end < 0 ? from : from + end + 1;
      if (end >= 0) break;
    }
    await file.truncate(size);
  } finally {
    await file.close();
  }
}

/** Makes `to` an exact copy of the folder `from`; removes `to` when `from` does not exist. */
export async function putFolder(from: string, to: string): Promise<void> {
  await rm(to, { recursive: true, force: true });
  const found = await stat(from).catch(() => undefined);
  if (found?.isDirectory()) await cp(from, to, { recursive: true });
}

export async function sameContent(a: string, b: string): Promise<boolean> {
  const [left, right] = await Promise.all([a, b].map((path) => stat(path).catch(() => undefined)));
  if (left === undefined || right === undefined || left.size !== right.size) return false;
  const [one, other] = await Promise.all([readFile(a), readFile(b)]);
  return one.equals(other);
}

/** Files anywhere under `root` whose name matches, newest change first; none when the folder is missing. */
export async function findFiles(root: string, matches: (name: string) => boolean): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
  const paths = entries
    .filter((entry) => entry.isFile() && matches(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
  const dated = await Promise.all(
    paths.map(async (path) => ({ path, at: (await stat(path).catch(() => undefined))?.mtimeMs ?? 0 })),
  );
  return dated.toSorted((a, b) => b.at - a.at).map(({ path }) => path);
}
