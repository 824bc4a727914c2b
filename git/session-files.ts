import { readdir, readFile, rename, writeFile } from "node:fs/promises";
import type { BigIntStats } from "node:fs";
import { BatonFailure } from "../domain/failure.ts";
import { runGit } from "./git.ts";
import { readLooseFile } from "./small-pack.ts";
import { absolutePath, type BytePath } from "./work-tree.ts";

/** Bytes of a chunk: an appended transcript sends only its last one. */
export const chunkBytes = 256 * 1024;

/** A file of an agent's session as a snapshot holds it. */
export interface SessionFile {
  /** Path in the session folder as base64 of its bytes. */
  readonly path: string;
  readonly mode: number;
  readonly chunks?: readonly string[];
  /** Target of a symbolic link, base64. */
  readonly link?: string;
}

/** What is known of the files of a session folder, by their paths as in a snapshot. */
export type SessionCache = Record<string, CachedFile>;

interface CachedFile {
  /** Size, times and inode: the same stamp means the same content. */
  readonly stamp: string;
  readonly chunks: readonly string[];
}

export function keyOf(path: BytePath): string {
  return Buffer.from(path, "latin1").toString("base64");
}

export function pathOf(key: string): BytePath {
  return Buffer.from(key, "base64").toString("latin1");
}

export function stampOf({ size, mtimeNs, ctimeNs, ino }: BigIntStats): string {
  return [size, mtimeNs, ctimeNs, ino].join(" ");
}

/** Regular files and links below the folder as byte paths; sockets, pipes and devices do not travel. */
export async function listFiles(sessionDir: string, folder = ""): Promise<BytePath[]> {
  const at = folder === "" ? Buffer.from(sessionDir) : absolutePath(sessionDir, folder);
  const entries = await readdir(at, { withFileTypes: true, encoding: "latin1" }).catch(() => []);
  const paths: BytePath[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) paths.push(...(await listFiles(sessionDir, path)));
    else if (entry.isFile() || entry.isSymbolicLink()) paths.push(path);
  }
  return paths;
}

/** The ledger that was given when the snapshot was taken. */
export async function readLedger(request: { gitDir: string; snapshot: string }): Promise<string> {
  return (await readSnapshotFile(request.gitDir, request.snapshot, ["ledger.json"])).toString();
}

export async function readSnapshotFile(gitDir: string, snapshot: string, path: readonly string[]): Promise<Buffer> {
  const loose = readLooseFile(gitDir, snapshot, path);
  if (loose !== undefined) return loose;
  const name = path.join("/");
  const result = await runGit(["cat-file", "blob", `${snapshot}:${name}`], { cwd: gitDir, gitDir });
  if (result.code !== 0) throw new BatonFailure("Workspace", `The snapshot has no ${name}`, { where: `${snapshot}:${name}` });
  return result.stdout;
}

export async function readCache(path: string): Promise<SessionCache> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as SessionCache;
  } catch {
    return {};
  }
}

export async function writeCache(path: string, cache: SessionCache): Promise<void> {
  await writeFile(`${path}.tmp`, JSON.stringify(cache));
  await rename(`${path}.tmp`, path);
}
