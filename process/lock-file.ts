import { randomUUID } from "node:crypto";
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { identifyProcess, isAlive, type ProcessIdentity } from "./process-identity.ts";

/** Tells whether the process that a lock names still holds it. */
type Holds = (holder: ProcessIdentity) => boolean;

/** Makes this process the one that a lock names; false when another holds it. A lock that nobody holds is gone after that. */
export function tryLock(file: string, holds: Holds = isAlive): boolean {
  // A link appears with its content complete, so that nobody reads a half-written holder.
  const mine = `${file}.${randomUUID()}`;
  try {
    writeFileSync(mine, JSON.stringify(identifyProcess(process.pid)), { mode: 0o600 });
    linkSync(mine, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    removeStale(file, holds);
    return false;
  } finally {
    rmSync(mine, { force: true });
  }
}

/** The process that a lock names; undefined when there is no lock. */
export function lockHolder(file: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as ProcessIdentity;
  } catch {
    return undefined;
  }
}

function removeStale(file: string, holds: Holds): void {
  const holder = lockHolder(file);
  if (holder !== undefined && holds(holder)) return;
  const aside = `${file}.${randomUUID()}`;
  try {
    renameSync(file, aside);
    // Another process may have taken the lock between the look and the rename: give it back.
    const moved = lockHolder(aside);
    if (moved !== undefined && holds(moved)) linkSync(aside, file);
  } catch {
    // Somebody else removed it, or holds it anew.
  } finally {
    rmSync(aside, { force: true });
  }
}
