import type { StateDir } from "../../config/state-dir.ts";
import { BatonFailure } from "../../domain/failure.ts";

const unwritable: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "not permitted",
  EROFS: "the file system is read-only",
  ENOTDIR: "a part of the path is not a directory",
  EEXIST: "a part of the path is not a directory",
  ENAMETOOLONG: "the path is too long",
};

/** The failure that an error of the file system under the state directory means; undefined for any other error. */
export function stateDirFailure(error: unknown, state: StateDir): BatonFailure | undefined {
  const { code = "", path } = error as NodeJS.ErrnoException;
  const where = path ?? state.root;
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new BatonFailure("DiskFull", "the disk with Baton's state is full", {
      where,
      next: "free some space, and try again",
      cause: error,
    });
  }
  const reason = unwritable[code];
  if (reason === undefined) return undefined;
  return new BatonFailure("Settings", `Baton's state directory cannot be written: ${reason}`, {
    where,
    next: "set BATON_STATE_DIR to a directory that can be written",
    cause: error,
  });
}
