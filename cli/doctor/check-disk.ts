import { accessSync, constants, existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { bad, fine, type Finding } from "./finding.ts";

const gib = 1024 ** 3;
const tight = 5 * gib;
const full = 0.5 * gib;

interface Place {
  readonly what: string;
  readonly path: string;
  /** Environment variable that puts it elsewhere. */
  readonly variable: string;
}

/** Whether a directory, or the nearest that exists above it, can be written and has room. */
export async function checkDisk({ what, path, variable }: Place): Promise<Finding> {
  const existing = nearestExisting(path);
  try {
    accessSync(existing, constants.W_OK);
  } catch {
    return bad(what, { status: "error", detail: `${path} cannot be written`, next: `set ${variable} to a directory that can` });
  }
  const { bavail, bsize } = await statfs(existing);
  const free = bavail * bsize;
  const detail = `${path}: ${(free / gib).toFixed(1)} GiB free`;
  if (free >= tight) return fine(what, detail);
  return bad(what, {
    status: free < full ? "error" : "warning",
    detail,
    next: `free some space, or set ${variable} to another disk`,
  });
}

function nearestExisting(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearestExisting(dirname(path));
}
