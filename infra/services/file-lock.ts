import { rmSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { BatonFailure } from "../../domain/failure.ts";
import { lockHolder, tryLock } from "../../process/lock-file.ts";

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
    const holder = lockHolder(file)?.pid;
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
