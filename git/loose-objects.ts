import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { inflateSync } from "node:zlib";

/** Whether an object is in a file of its own. Others are in packs, which only git can tell. */
export function isLoose(gitDir: string, id: string): boolean {
  return (statSync(looseObject(gitDir, id), { throwIfNoEntry: false })?.size ?? 0) > 0;
}

/** The tree of a commit that is in a file of its own, without a process; undefined for any other. */
export function treeOfLooseCommit(gitDir: string, commit: string): string | undefined {
  try {
    const content = inflateSync(readFileSync(looseObject(gitDir, commit))).toString("latin1");
    return /^commit \d+\0tree ([0-9a-f]{40,64})\n/.exec(content)?.[1];
  } catch {
    return undefined;
  }
}

function looseObject(gitDir: string, id: string): string {
  return join(gitDir, "objects", id.slice(0, 2), id.slice(2));
}
