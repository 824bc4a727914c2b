import { randomUUID } from "node:crypto";
import { linkSync, renameSync, rmSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { BatonFailure } from "../../domain/failure.ts";
import { identifyProcess, isAlive, type ProcessIdentity } from "../../process/process-identity.ts";
import { readStateFile, writeStateFile } from "./state-file.ts";

interface LockRequest {
  readonly file: string;
  readonly waitMs: number;
  readonly onWait: (holder: number) => void;
  /** The failure when the holder does not give it up; told its pid. */
  readonly conflict?: (holder: number) => BatonFailure;
}

const pollMs = 100;

/** Runs `work` while no other process of this machine holds the lock; a holder that died does not count. */
export async function withFileLock<T>(
  { file, waitMs, onWait, conflict = startingOrStopping(file) }: LockRequest,
  work: () => Promise<T>,
): Promise<T> {
  const deadline = performance.now() + waitMs;
  for (let told = false; !tryLock(file);) {
    const holder = readHolder(file)?.pid;
    // The lock of a dead process is gone by now.
    if (holder === undefined) continue;
    if (!told) onWait(holder);
    told = true;
    if (performance.now() > deadline) {
      throw conflict(holder);
    }
    await delay(pollMs);
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function startingOrStopping(file: string): (holder: number) => BatonFailure {
  return (holder) =>
    new BatonFailure("Conflict", `another baton (process ${holder}) is starting or stopping the services`, {
      where: file,
      next: "wait for it, or end that process, and try again",
    });
}

function tryLock(file: string): boolean {
  // A link appears with its content complete, so that nobody reads a half-written holder.
  const mine = `${file}.${randomUUID()}`;
  writeStateFile(mine, identifyProcess(process.pid));
  try {
    linkSync(mine, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    removeStale(file);
    return false;
  } finally {
    rmSync(mine, { force: true });
  }
}

function removeStale(file: string): void {
  const holder = readHolder(file);
  if (holder !== undefined && isAlive(holder)) return;
  const aside = `${file}.${randomUUID()}`;
  try {
    renameSync(file, aside);
    // Another process may have taken the lock between the look and the rename: give it back.
    const moved = readHolder(aside);
    if (moved !== undefined && isAlive(moved)) linkSync(aside, file);
  } catch {
    // Somebody else removed it, or holds it anew.
  } finally {
    rmSync(aside, { force: true });
  }
}

function readHolder(file: string): ProcessIdentity | undefined {
  return readStateFile(file) as ProcessIdentity | undefined;
}
