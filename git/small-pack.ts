import { createHash } from "node:crypto";
import { deflateSync } from "node:zlib";
import { readLoose, treeOfLooseCommit, type LooseObject } from "./loose-objects.ts";
import { treeDelta } from "./tree-delta.ts";
import { treeEntries } from "./tree-entries.ts";

interface SmallPackRequest {
  readonly gitDir: string;
  readonly want: string;
  /** Commits that the receiver has with all they reach. */
  readonly haves: readonly string[];
}

interface Collected {
  readonly gitDir: string;
  readonly objects: Map<string, LooseObject>;
  /** Earlier trees, by the ids of those that took their place; the receiver has each that is not among the objects. */
  readonly older: Map<string, { readonly id: string; readonly content: Buffer }>;
  bytes: number;
}

/** Beyond this git packs better: it stores a changed file as its difference. */
const mostBytes = 64 * 1024;
const mostObjects = 200;
const types = { commit: 1, tree: 2, blob: 3, difference: 7 } as const;

/**
 * A pack of the few new objects of a commit, made without a process; undefined when they are many. New are objects in files
 * of their own: what is in packs came from the receiver. Where that is wrong, the receiver misses something and says so.
 */
export function smallPack({ gitDir, want, haves }: SmallPackRequest): Buffer | undefined {
  const collected: Collected = { gitDir, objects: new Map(), older: new Map(), bytes: 0 };
  const complete = addAll(collected, want, haves);
  return complete && collected.objects.has(want) ? packOf(collected, want.length) : undefined;
}

/** A file of a commit, read without a process; undefined when commit, a folder or the file is no object of its own. */
export function readLooseFile(gitDir: string, commit: string, path: readonly string[]): Buffer | undefined {
  try {
    let id = treeOfLooseCommit(gitDir, commit);
    for (const name of path) {
      const folder = id === undefined ? undefined : readLoose(gitDir, id);
      id = folder?.type === "tree" ? entriesByName(folder, commit.length).get(name)?.id : undefined;
    }
    const file = id === undefined ? undefined : readLoose(gitDir, id);
    return file?.type === "blob" ? file.content : undefined;
  } catch {
    // A damaged object is git's to tell about.
    return undefined;
  }
}

function addAll(collected: Collected, want: string, haves: readonly string[]): boolean {
  try {
    return addCommit(collected, want, haves);
  } catch {
    // A damaged or enormous object is git's to deal with.
    return false;
  }
}

/** Each of these gives false when there is too much. */
function addCommit(collected: Collected, id: string, haves: readonly string[]): boolean {
  if (haves.includes(id) || collected.objects.has(id)) return true;
  const object = add(collected, id);
  if (object === "too much") return false;
  if (object === undefined) return true;
  const { tree, parents } = parseCommit(object);
  // A snapshot follows a snapshot, and its work tree another work tree: only like compares with like.
  const before = [...parents, ...haves].map((have) => readLoose(collected.gitDir, have)).find((found) => found !== undefined);
  if (!addTree(collected, tree, before && parseCommit(before).tree)) return false;
  return parents.every((parent) => addCommit(collected, parent, haves));
}

function addTree(collected: Collected, id: string, before: string | undefined): boolean {
  if (id === before || collected.objects.has(id)) return true;
  const object = add(collected, id);
  if (object === "too much") return false;
  if (object === undefined) return true;
  const old = before === undefined ? undefined : readLoose(collected.gitDir, before);
  if (before !== undefined && old?.type === "tree") collected.older.set(id, { id: before, content: old.content });
  const known = old?.type === "tree" ? entriesByName(old, id.length) : undefined;
  for (const entry of treeEntries(object.content, id.length)) {
    const same = known?.get(entry.name);
    if (entry.kind === "link" || entry.id === same?.id || collected.objects.has(entry.id)) continue;
    if (entry.kind === "blob" && add(collected, entry.id) === "too much") return false;
    if (entry.kind === "tree" && !addTree(collected, entry.id, same?.kind === "tree" ? same.id : undefined)) return false;
  }
  return true;
}

/** Undefined when the object is in a pack. */
function add(collected: Collected, id: string): LooseObject | "too much" | undefined {
  const object = readLoose(collected.gitDir, id, mostBytes);
  if (object === undefined) return undefined;
  if (object === "too large") return "too much";
  collected.objects.set(id, object);
  collected.bytes += object.storedBytes;
  return collected.bytes > mostBytes || collected.objects.size > mostObjects ? "too much" : object;
}

function parseCommit({ content }: LooseObject): { tree: string; parents: string[] } {
  const [head = ""] = content.toString("latin1").split("\n\n", 1);
  const lines = head.split("\n").map((line) => line.split(" "));
  const parents = lines.filter(([key]) => key === "parent").map(([, id = ""]) => id);
  return { tree: lines[0]?.[1] ?? "", parents };
}

function entriesByName({ content }: LooseObject, idLength: number) {
  return new Map(treeEntries(content, idLength).map((entry) => [entry.name, entry]));
}

function packOf({ objects, older }: Collected, idLength: number): Buffer {
  const head = Buffer.from("PACK\0\0\0\x02\0\0\0\0", "latin1");
  head.writeUInt32BE(objects.size, 8);
  const entries = [...objects].flatMap(([id, object]) => {
    const before = older.get(id);
    // Two trees of one pack could each be told as the difference to the other.
    const theirs = before !== undefined && !objects.has(before.id);
    const delta = theirs ? treeDelta({ before: before.content, after: object.content, idLength }) : undefined;
    if (!theirs || !delta) return [entryHead(object.type, object.content), deflateSync(object.content)];
    return [entryHead("difference", delta), Buffer.from(before.id, "hex"), deflateSync(delta)];
  });
  const pack = Buffer.concat([head, ...entries]);
  const sum = createHash(idLength === 64 ? "sha256" : "sha1")
    .update(pack)
    .digest();
  return Buffer.concat([pack, sum]);
}

/** Type and length: four bits of the length in the first byte, seven in each further one, the top bit telling of more. */
function entryHead(type: keyof typeof types, content: Buffer): Buffer {
  const bytes = [(types[type] << 4) | (content.length & 15)];
  for (let left = content.length >>> 4; left > 0; left >>>= 7) {
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) | 128;
    bytes.push(left & 127);
  }
  return Buffer.from(bytes);
}
