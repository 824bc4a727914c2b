import { chmod, lstat, mkdir, open, rename, rm, symlink } from "node:fs/promises";
import { dirname } from "node:path";
import { BatonFailure } from "../domain/failure.ts";
import { noticeFullDisk } from "./disk-full.ts";
import { git } from "./git.ts";
import { isLoose, readLoose } from "./loose-objects.ts";
import {
  chunkBytes,
  keyOf,
  listFiles,
  pathOf,
  readCache,
  readSnapshotFile,
  stampOf,
  writeCache,
  type SessionCache,
  type SessionFile,
} from "./session-files.ts";
import { absolutePath } from "./work-tree.ts";

const idsPerRead = 400;
/** Chunks that are read in this process, which others wait for; more are git's to read. */
const looseReads = 8;

interface RestoreRequest {
  readonly gitDir: string;
  readonly snapshot: string;
  readonly sessionDir: string;
  /** What is known of the folder's files: those that it still holds are not written again. */
  readonly cachePath: string;
}

type RegularFile = SessionFile & { readonly chunks: readonly string[] };

/** Chunks of the files that are in a folder, by their paths as in a snapshot. */
type Present = ReadonlyMap<string, readonly string[]>;

interface Restoring {
  /** The folder as it was. */
  readonly from: string;
  /** The folder as it shall be. */
  readonly to: string;
  readonly present: Present;
  readonly contents: ReadonlyMap<string, Buffer>;
}

/** Makes the session folder exactly what the snapshot holds. A cut restore leaves the folder for the next try to finish. */
export async function restoreSession(request: RestoreRequest): Promise<void> {
  await noticeFullDisk(request.sessionDir, () => restoreFiles(request));
}

async function restoreFiles({ gitDir, snapshot, sessionDir, cachePath }: RestoreRequest): Promise<void> {
  const text = await readSnapshotFile(gitDir, snapshot, ["session", "manifest.json"]);
  const { files } = JSON.parse(text.toString()) as { files: SessionFile[] };
  const regular = files.filter(({ link }) => link === undefined).map((file) => ({ ...file, chunks: file.chunks ?? [] }));
  const present = await presentFiles(sessionDir, cachePath);
  const missing = regular.flatMap((file) => file.chunks.slice(common(file, present)));
  const contents = await readBlobs(gitDir, [...new Set(missing)]);
  // Beside the folder, so that nothing is written through a link that an agent left in it.
  const to = `${sessionDir}.new`;
  await rm(to, { recursive: true, force: true });
  await mkdir(to, { recursive: true });
  for (const file of regular) await restoreFile({ from: sessionDir, to, present, contents }, file);
  for (const { path, link } of files) if (link !== undefined) await symlink(Buffer.from(link, "base64"), await placeOf(to, path));
  await rm(sessionDir, { recursive: true, force: true });
  await rename(to, sessionDir);
  await writeCache(cachePath, await stamped(sessionDir, regular));
}

/** What the folder still holds as it was written or read last. */
async function presentFiles(sessionDir: string, cachePath: string): Promise<Present> {
  const cache = await readCache(cachePath);
  const present = new Map<string, readonly string[]>();
  for (const path of await listFiles(sessionDir)) {
    const known = cache[keyOf(path)];
    if (known === undefined) continue;
    const found = await lstat(absolutePath(sessionDir, path), { bigint: true });
    // A second name of a file may be anywhere, and would change with it.
    if (found.isFile() && found.nlink === 1n && known.stamp === stampOf(found)) present.set(keyOf(path), known.chunks);
  }
  return present;
}

/** How many chunks at its beginning a file has in the folder already. */
function common({ path, chunks }: RegularFile, present: Present): number {
  const before = present.get(path) ?? [];
  const differs = chunks.findIndex((id, index) => before[index] !== id);
  return differs === -1 ? chunks.length : differs;
}

async function restoreFile({ from, to, present, contents }: Restoring, file: RegularFile): Promise<void> {
  const { path, chunks, mode } = file;
  const place = await placeOf(to, path);
  const before = present.get(path);
  const kept = common(file, present);
  if (before !== undefined) await rename(absolutePath(from, pathOf(path)), place);
  if (before === undefined || kept < chunks.length || kept < before.length) {
    if (before !== undefined) await chmod(place, 0o600);
    const handle = await open(place, before === undefined ? "wx" : "r+", 0o600);
    try {
      // Every chunk but a file's last is full, and something follows those that are kept, here or there.
      await handle.truncate(kept * chunkBytes);
      for (const [at, id] of chunks.slice(kept).entries())
        await handle.write(contentOf(contents, id, to), 0, null, (kept + at) * chunkBytes);
    } finally {
      await handle.close();
    }
  }
  await chmod(place, mode);
}

function contentOf(contents: ReadonlyMap<string, Buffer>, id: string, where: string): Buffer {
  const content = contents.get(id);
  if (content === undefined) throw damaged(where);
  return content;
}

/** Absolute path of a file, in a folder that is there. */
async function placeOf(folder: string, key: string): Promise<Buffer> {
  const path = pathOf(key);
  if (path.split("/").some((part) => part === "" || part === "." || part === "..")) throw damaged(folder);
  const absolute = absolutePath(folder, path);
  await mkdir(Buffer.from(dirname(absolute.toString("latin1")), "latin1"), { recursive: true });
  return absolute;
}

async function stamped(sessionDir: string, files: readonly RegularFile[]): Promise<SessionCache> {
  const cache: SessionCache = {};
  for (const { path, chunks } of files) {
    const found = await lstat(absolutePath(sessionDir, pathOf(path)), { bigint: true });
    cache[path] = { stamp: stampOf(found), chunks };
  }
  return cache;
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
