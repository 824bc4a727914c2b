import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { inflateSync } from "node:zlib";

export interface LooseObject {
  readonly type: "commit" | "tree" | "blob";
  readonly content: Buffer;
  /** As it is on the disk, compressed. */
  readonly storedBytes: number;
}

const maxOutputLength = 16 * 1024 * 1024;

/** Whether an object is in a file of its own. Others are in packs, which only git can tell. */
export function isLoose(gitDir: string, id: string): boolean {
  return sizeOf(looseObject(gitDir, id)) > 0;
}

/** An object that is in a file of its own; undefined for any other. */
export function readLoose(gitDir: string, id: string): LooseObject | undefined;
export function readLoose(gitDir: string, id: string, mostBytes: number): LooseObject | "too large" | undefined;
export function readLoose(gitDir: string, id: string, mostBytes = Infinity): LooseObject | "too large" | undefined {
  const path = looseObject(gitDir, id);
  const storedBytes = sizeOf(path);
  if (storedBytes === 0) return undefined;
  if (storedBytes > mostBytes) return "too large";
  const all = inflateSync(readFileSync(path), { maxOutputLength });
  const end = all.indexOf(0);
  const type = /^(commit|tree|blob) \d+$/.exec(all.toString("latin1", 0, end))?.[1];
  return type === undefined ? undefined : { type: type as LooseObject["type"], content: all.subarray(end + 1), storedBytes };
}

/** The tree of a commit that is in a file of its own, without a process; undefined for any other. */
export function treeOfLooseCommit(gitDir: string, commit: string): string | undefined {
  try {
    const found = readLoose(gitDir, commit);
    if (found?.type !== "commit") return undefined;
    return /^tree ([0-9a-f]{40,64})\n/.exec(found.content.toString("latin1"))?.[1];
  } catch {
    return undefined;
  }
}

/** 0 when there is none, or only the empty file that a power cut left. */
function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function looseObject(gitDir: string, id: string): string {
  return join(gitDir, "objects", id.slice(0, 2), id.slice(2));
}
