import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { BatonFailure } from "../../domain/failure.ts";
import { identifyProcess, isAlive, type ProcessIdentity } from "../../process/process-identity.ts";

const held = new Set<string>();

/** Makes this process the only hub on a store until the returned function is called. A killed hub's lock is taken over. */
export async function lockStore(root: string): Promise<() => Promise<void>> {
  const path = join(root, "lock");
  const content = JSON.stringify(identifyProcess(process.pid));
  for (let attempt = 0; attempt < 2; attempt += 1) {
    if (await create(path, content)) {
      held.add(path);
      return async () => {
        held.delete(path);
        await rm(path, { force: true });
      };
    }
    const holder = await readHolder(path);
    const own = holder?.pid === process.pid && !held.has(path);
    if (holder !== undefined && !own && isAlive(holder)) throw inUse(root, holder.pid);
    await rm(path, { force: true });
  }
  throw inUse(root, undefined);
}

async function create(path: string, content: string): Promise<boolean> {
  return writeFile(path, content, { flag: "wx" }).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === "EEXIST") return false;
      throw error;
    },
  );
}

async function readHolder(path: string): Promise<ProcessIdentity | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as ProcessIdentity;
  } catch {
    return undefined;
  }
}

function inUse(root: string, pid: number | undefined): BatonFailure {
  const who = pid === undefined ? "another hub" : `the hub with pid ${pid}`;
  return new BatonFailure("Conflict", `The store is in use by ${who}`, {
    where: root,
    next: "stop that hub first: `baton down`",
  });
}
