import picomatch from "picomatch";
import { displayPath, splitPaths, type BytePath } from "./work-tree.ts";

/** One path that differs between a base and a tree; absent sides are undefined. */
export interface ChangedPath {
  readonly path: BytePath;
  readonly before?: { readonly mode: string; readonly id: string };
  readonly after?: { readonly mode: string; readonly id: string };
}

/** Reads git's raw diff format (`--raw -z`, no renames, full ids). */
export function parseRawDiff(output: Buffer): ChangedPath[] {
  const parts = splitPaths(output);
  const changes: ChangedPath[] = [];
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const [modeBefore = "", mode = "", idBefore = "", id = ""] = (parts[at] ?? "").slice(1).split(" ");
    changes.push({
      path: parts[at + 1] ?? "",
      ...(isAbsent(modeBefore) ? {} : { before: { mode: modeBefore, id: idBefore } }),
      ...(isAbsent(mode) ? {} : { after: { mode, id } }),
    });
  }
  return changes;
}

/** Tests paths against globs relative to the root; a glob that names a folder covers everything in it. */
export function createPathMatcher(globs: readonly string[]): (path: BytePath) => boolean {
  if (globs.length === 0) return () => false;
  const cleaned = globs.map((glob) => glob.replace(/^\.?\/+/, "").replace(/\/+$/, ""));
  // A name may hold a line break, which a dot of the glob's expression would not match.
  const matches = picomatch([...cleaned, ...cleaned.map((glob) => `${glob}/**`)], { dot: true, flags: "s" });
  return (path) => matches(displayPath(path));
}

function isAbsent(mode: string): boolean {
  return /^0*$/.test(mode);
}
