import { lstat, open, readlink } from "node:fs/promises";
import type { ObjectWriter, TreeEntry } from "./object-writer.ts";
import {
  chunkBytes,
  keyOf,
  listFiles,
  readCache,
  stampOf,
  writeCache,
  type SessionCache,
  type SessionFile,
} from "./session-files.ts";
import { absolutePath } from "./work-tree.ts";

const readBytes = 16 * chunkBytes;
const settledMs = 100;

/** Writes the session folder as git objects and gives its tree. Files that did not change since the last time are not read. */
export async function writeSession(writer: ObjectWriter, sessionDir: string, cachePath: string): Promise<string> {
  const cache = await readCache(cachePath);
  const next: SessionCache = {};
  const files: SessionFile[] = [];
  for (const path of await listFiles(sessionDir)) {
    const file = await writeFileObjects({ writer, sessionDir, cache, next }, path);
    if (file !== undefined) files.push(file);
  }
  const ids = [...new Set(files.flatMap((file) => file.chunks ?? []))];
  const manifest = await writeManifest(writer, files);
  const chunks = ids.map((id): TreeEntry => ({ mode: "100644", name: id, id }));
  const folder: TreeEntry[] = ids.length === 0 ? [] : [{ mode: "40000", name: "chunks", id: await writer.tree(chunks) }];
  const tree = await writer.tree([manifest, ...folder]);
  await writeCache(cachePath, next);
  return tree;
}

/** The tree of a session folder without files. */
export async function writeEmptySession(writer: ObjectWriter): Promise<string> {
  return writer.tree([await writeManifest(writer, [])]);
}

async function writeManifest(writer: ObjectWriter, files: readonly SessionFile[]): Promise<TreeEntry> {
  const content = Buffer.from(`${JSON.stringify({ version: 1, files })}\n`);
  return { mode: "100644", name: "manifest.json", id: await writer.blob(content) };
}

interface Writing {
  readonly writer: ObjectWriter;
  readonly sessionDir: string;
  readonly cache: SessionCache;
  readonly next: SessionCache;
}

async function writeFileObjects({ writer, sessionDir, cache, next }: Writing, path: string): Promise<SessionFile | undefined> {
  const absolute = absolutePath(sessionDir, path);
  const key = keyOf(path);
  const found = await lstat(absolute, { bigint: true }).catch(() => undefined);
  if (found === undefined) return undefined;
  const mode = Number(found.mode & 0o777n);
  if (found.isSymbolicLink()) return { path: key, mode, link: (await readlink(absolute, "buffer")).toString("base64") };
  const stamp = stampOf(found);
  const known = cache[key];
  const chunks = known?.stamp === stamp ? known.chunks : await writeChunks(writer, absolute, new Set(known?.chunks));
  // A file written just now may be written again within the clock's tick, so its stamp proves nothing.
  const settled = Date.now() - Number(found.mtimeNs / 1_000_000n) > settledMs;
  next[key] = { stamp: settled ? stamp : "", chunks };
  return { path: key, mode, chunks };
}

async function writeChunks(writer: ObjectWriter, path: Buffer, known: ReadonlySet<string>): Promise<string[]> {
  const ids: string[] = [];
  const handle = await open(path, "r");
  try {
    while (true) {
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(readBytes), 0, readBytes);
      for (let at = 0; at < bytesRead; at += chunkBytes) {
        ids.push(await writer.blob(buffer.subarray(at, Math.min(at + chunkBytes, bytesRead)), known));
      }
      if (bytesRead < readBytes) return ids;
    }
  } finally {
    await handle.close();
  }
}
