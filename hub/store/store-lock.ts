import { rmSync } from "node:fs";
import { join } from "node:path";
import { BatonFailure } from "../../domain/failure.ts";
import { lockHolder, tryLock } from "../../process/lock-file.ts";
import { isAlive, type ProcessIdentity } from "../../process/process-identity.ts";

const held = new Set<string>();

/** Makes this process the only hub on a store until the returned function is called. A killed hub's lock is taken over. */
export function lockStore(root: string): () => void {
  const path = join(root, "lock");
  // A lock that names this process and is not held here is from one that had its number.
  const holds = (holder: ProcessIdentity) => isAlive(holder) && (holder.pid !== process.pid || held.has(path));
  while (!tryLock(path, holds)) {
    const holder = lockHolder(path);
    if (holder !== undefined && holds(holder)) throw inUse(root, holder.pid);
  }
  held.add(path);
  return () => {
    held.delete(path);
    rmSync(path, { force: true });
  };
}

function inUse(root: string, pid: number): BatonFailure {
  return new BatonFailure("Conflict", `The store is in use by the hub with pid ${pid}`, {
    where: root,
    next: "stop that hub first: `baton down`",
  });
}
