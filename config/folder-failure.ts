import { relative } from "node:path";
import { BatonFailure } from "../domain/failure.ts";

/** A folder that somebody named, or could name otherwise. */
interface NamedFolder {
  readonly root: string;
  /** As in "Baton's state directory". */
  readonly what: string;
  /** How to name another. */
  readonly next: string;
}

const unwritable: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "not permitted",
  EROFS: "the file system is read-only",
  ENOTDIR: "a part of the path is not a directory",
  EEXIST: "a part of the path is not a directory",
  ENAMETOOLONG: "the path is too long",
  ELOOP: "its links lead in a circle",
};

/** Runs what works in the folder. Throws Settings or DiskFull where the file system refuses. */
export async function inFolder<Result>(folder: NamedFolder, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw folderFailure(error, folder) ?? error;
  }
}

/** The failure that an error of the file system means; undefined for any other error. */
export function folderFailure(error: unknown, { root, what, next }: NamedFolder): BatonFailure | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code = "", path, syscall } = error as NodeJS.ErrnoException;
  const where = path ?? root;
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new BatonFailure("DiskFull", `the disk with ${what} is full`, {
      where,
      next: "free some space, and try again",
      cause: error,
    });
  }
  // What Node says of a read-only file system when it makes a folder with its parents.
  const reason = code === "ENOENT" && syscall === "mkdir" ? "no folder can be made there" : unwritable[code];
  if (reason === undefined || path === undefined) return undefined;
  const own = isWithin(path, root) || isWithin(root, path);
  return new BatonFailure("Settings", `${own ? what : "a folder that Baton needs"} cannot be written: ${reason}`, {
    where,
    next: own ? next : "make it writable",
    cause: error,
  });
}

function isWithin(path: string, folder: string): boolean {
  return !relative(folder, path).startsWith("..");
}
