import { cleanText } from "../domain/clean-text.ts";
import { git } from "./git.ts";
import type { MergePlace } from "./merge-attributes.ts";
import { displayPath, type BytePath } from "./work-tree.ts";

interface HunksRequest {
  readonly place: MergePlace;
  /** Result of a merge, with conflict markers in its files. */
  readonly tree: string;
  readonly paths: readonly BytePath[];
  /** Most that is told. */
  readonly bytes: number;
}

const mostFiles = 10;
const mostFileBytes = 512 * 1024;
const contextLines = 3;
const longestLine = 200;

/** The conflicting parts of a merge's files, markers included. Binary and very large files are named without them. */
export async function conflictHunks(request: HunksRequest): Promise<string> {
  const { paths, bytes } = request;
  // Git reads one name a line.
  const readable = paths.slice(0, mostFiles).filter((path) => !path.includes("\n"));
  const files = await readFiles(request, readable);
  const texts: string[] = [];
  let room = bytes;
  for (const [path, content] of files) {
    const text = describe(displayPath(path), content);
    if (text === "") continue;
    room -= Buffer.byteLength(text) + 2;
    texts.push(text);
    if (room < 0) break;
  }
  if (paths.length > mostFiles) texts.push(`[${paths.length - mostFiles} more conflicting files are not shown]`);
  return texts.join("\n\n");
}

function describe(path: string, content: Buffer | "too large"): string {
  const name = cleanText(path);
  if (content === "too large") return `${name}: too large to show`;
  if (content.subarray(0, 8000).includes(0)) return `${name}: binary`;
  const hunks = hunksOf(cleanText(content.toString()).split("\n"));
  return hunks === "" ? "" : `${name}:\n${hunks}`;
}

function hunksOf(lines: readonly string[]): string {
  const shown = new Set<number>();
  let from = -1;
  for (const [index, line] of lines.entries()) {
    if (/^<{7,} /.test(line)) from = Math.max(0, index - contextLines);
    if (from === -1 || !/^>{7,} /.test(line)) continue;
    for (let at = from; at <= Math.min(index + contextLines, lines.length - 1); at += 1) shown.add(at);
    from = -1;
  }
  return [...shown]
    .map((index) => `${shown.has(index - 1) || index === 0 ? "" : "[…]\n"}${(lines[index] ?? "").slice(0, longestLine)}`)
    .join("\n");
}

/** Files of the tree by path; those that are no files are left out. */
async function readFiles(request: HunksRequest, paths: readonly BytePath[]): Promise<Map<BytePath, Buffer | "too large">> {
  const found = new Map<BytePath, Buffer | "too large">();
  const blobs: { path: BytePath; id: string }[] = [];
  const names = paths.map((path) => `${request.tree}:${path}\n`).join("");
  const checked = await git(["cat-file", "--batch-check"], { ...request.place, stdin: Buffer.from(names, "latin1") });
  const answers = checked.toString("latin1").split("\n");
  for (const [index, path] of paths.entries()) {
    const [id = "", type = "", size = ""] = (answers[index] ?? "").split(" ");
    if (type !== "blob") continue;
    if (Number(size) > mostFileBytes) found.set(path, "too large");
    else blobs.push({ path, id });
  }
  for (const { path, id } of blobs) found.set(path, await git(["cat-file", "blob", id], request.place));
  return found;
}
