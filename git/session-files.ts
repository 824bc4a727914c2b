import { chmod, lstat, mkdir, open, readdir, readFile, readlink, rename, rm, symlink, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { BatonFailure } from "../domain/failure.ts";
import { noticeFullDisk } from "./disk-full.ts";
import { git, runGit } from "./git.ts";
import { isLoose, readLoose } from "./loose-objects.ts";
import type { ObjectWriter, TreeEntry } from "./object-writer.ts";
import { readLooseFile } from "./small-pack.ts";

/** Bytes of a chunk: an appended transcript sends only its last one. */
const chunkBytes = 256 * 1024;
const readBytes = 16 * chunkBytes;
const settledMs = 100;
const idsPerRead = 400;
/** Chunks that are read in this process, which others wait for; more are git's to read. */
const looseReads = 8;

interface SessionFile {
  /** Path in the session folder as base64 of its bytes. */
  readonly path: string;
  readonly mode: number;
  readonly chunks?: readonly string[];
  /** Target of a symbolic link, base64. */
  readonly link?: string;
}

interface CachedFile {
  /** Size, times and inode: the same stamp means the same content. */
  readonly stamp: string;
  readonly chunks: readonly string[];
}

type Cache = Record<string, CachedFile>;

/** Writes the session folder as git objects and gives its tree. Files that did not change since the last time are not read. */
export async function writeSession(writer: ObjectWriter, sessionDir: string, cachePath: string): Promise<string> {
  const cache = await readCache(cachePath);
  const next: Cache = {};
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
  await writeFile(`${cachePath}.tmp`, JSON.stringify(next));
  await rename(`${cachePath}.tmp`, cachePath);
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

/** Makes the session folder exactly what the snapshot holds. A cut restore leaves the folder for the next try to finish. */
export async function restoreSession(request: { gitDir: string; snapshot: string; sessionDir: string }): Promise<void> {
  await noticeFullDisk(request.sessionDir, () => restoreFiles(request));
}

async function restoreFiles(request: { gitDir: string; snapshot: string; sessionDir: string }): Promise<void> {
  const { gitDir, snapshot, sessionDir } = request;
  const text = await readSnapshotFile(gitDir, snapshot, ["session", "manifest.json"]);
  const { files } = JSON.parse(text.toString()) as { files: SessionFile[] };
  const contents = await readBlobs(gitDir, [...new Set(files.flatMap((file) => file.chunks ?? []))]);
  await rm(sessionDir, { recursive: true, force: true });
  await mkdir(sessionDir, { recursive: true });
  // Links last, so that nothing is written through one.
  const ordered = [...files.filter((file) => file.link === undefined), ...files.filter((file) => file.link !== undefined)];
  for (const file of ordered) await restoreFile(sessionDir, file, contents);
}

/** The ledger that was given when the snapshot was taken. */
export async function readLedger(request: { gitDir: string; snapshot: string }): Promise<string> {
  return (await readSnapshotFile(request.gitDir, request.snapshot, ["ledger.json"])).toString();
}

interface Writing {
  readonly writer: ObjectWriter;
  readonly sessionDir: string;
  readonly cache: Cache;
  readonly next: Cache;
}

async function writeFileObjects({ writer, sessionDir, cache, next }: Writing, path: string): Promise<SessionFile | undefined> {
  const absolute = bytePath(sessionDir, path);
  const key = Buffer.from(path, "latin1").toString("base64");
  const found = await lstat(absolute, { bigint: true }).catch(() => undefined);
  if (found === undefined) return undefined;
  const mode = Number(found.mode & 0o777n);
  if (found.isSymbolicLink()) return { path: key, mode, link: (await readlink(absolute, "buffer")).toString("base64") };
  const stamp = [found.size, found.mtimeNs, found.ctimeNs, found.ino].join(" ");
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

/** Regular files and links below the folder as byte paths; sockets, pipes and devices do not travel. */
async function listFiles(sessionDir: string, folder = ""): Promise<string[]> {
  const at = folder === "" ? Buffer.from(sessionDir) : bytePath(sessionDir, folder);
  const entries = await readdir(at, { withFileTypes: true, encoding: "latin1" }).catch(() => []);
  const paths: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) paths.push(...(await listFiles(sessionDir, path)));
    else if (entry.isFile() || entry.isSymbolicLink()) paths.push(path);
  }
  return paths;
}

async function restoreFile(sessionDir: string, file: SessionFile, contents: ReadonlyMap<string, Buffer>): Promise<void> {
  const path = Buffer.from(file.path, "base64").toString("latin1");
  if (path.split("/").some((part) => part === "" || part === "." || part === "..")) throw damaged(sessionDir);
  const absolute = bytePath(sessionDir, path);
  await mkdir(Buffer.from(dirname(absolute.toString("latin1")), "latin1"), { recursive: true });
  if (file.link !== undefined) {
    await symlink(Buffer.from(file.link, "base64"), absolute);
    return;
  }
  const handle = await open(absolute, "wx", 0o600);
  try {
    for (const id of file.chunks ?? []) {
      const content = contents.get(id);
      if (content === undefined) throw damaged(sessionDir);
      await handle.writeFile(content);
    }
  } finally {
    await handle.close();
  }
  await chmod(absolute, file.mode);
}

async function readSnapshotFile(gitDir: string, snapshot: string, path: readonly string[]): Promise<Buffer> {
  const loose = readLooseFile(gitDir, snapshot, path);
  if (loose !== undefined) return loose;
  const name = path.join("/");
  const result = await runGit(["cat-file", "blob", `${snapshot}:${name}`], { cwd: gitDir, gitDir });
  if (result.code !== 0) throw new BatonFailure("Workspace", `The snapshot has no ${name}`, { where: `${snapshot}:${name}` });
  return result.stdout;
}

async function readBlobs(gitDir: string, ids: readonly string[]): Promise<Map<string, Buffer>> {
  const contents = new Map<string, Buffer>();
  for (const id of ids.filter((each) => isLoose(gitDir, each)).slice(0, looseReads)) {
    const object = readLoose(gitDir, id);
    if (object?.type === "blob") contents.set(id, object.content);
  }
  const packed = ids.filter((id) => !contents.has(id));
  for (let from = 0; from < packed.length; from += idsPerRead) {
    const stdin = `${packed.slice(from, from + idsPerRead).join("\n")}\n`;
    const output = await git(["cat-file", "--batch"], { cwd: gitDir, gitDir, stdin });
    for (let at = 0; at < output.length;) {
      const line = output.indexOf(10, at);
      const [id = "", kind, size] = output.toString("latin1", at, line).split(" ");
      if (kind !== "blob") throw damaged(gitDir);
      contents.set(id, output.subarray(line + 1, line + 1 + Number(size)));
      at = line + 1 + Number(size) + 1;
    }
  }
  return contents;
}

function damaged(where: string): BatonFailure {
  return new BatonFailure("Workspace", "The snapshot's session files are damaged", { where });
}

function bytePath(root: string, path: string): Buffer {
  return Buffer.concat([Buffer.from(`${root}/`), Buffer.from(path, "latin1")]);
}

async function readCache(path: string): Promise<Cache> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as Cache;
  } catch {
    return {};
  }
}
