import { mkdir, readFile, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { BatonFailure } from "../../domain/failure.ts";
import type { Attempt, StoredCheckpoint } from "../hub.ts";
import { removeTemporaries, writeDurably } from "./durable-file.ts";

/** What the hub knows of a thread: the truth that its git ref follows. */
export interface ThreadRecord {
  readonly repository: string;
  /** The newest that was claimed; writes with an older one are refused. */
  readonly epoch: number;
  readonly checkpoint?: StoredCheckpoint;
  /** Newest first. */
  readonly attempts?: readonly Attempt[];
  /** ISO 8601; absent while the thread may still write. */
  readonly settledAt?: string;
}

export interface ThreadRecords {
  /** Conflict when the record is damaged. */
  read(thread: string): Promise<ThreadRecord | undefined>;
  write(thread: string, record: ThreadRecord): Promise<void>;
  remove(thread: string): Promise<void>;
  list(): Promise<string[]>;
}

export async function createThreadRecords(root: string): Promise<ThreadRecords> {
  await mkdir(root, { recursive: true });
  await removeTemporaries(root);
  const pathOf = (thread: string) => join(root, `${thread}.json`);
  return {
    async read(thread) {
      const text = await readFile(pathOf(thread), "utf8").catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return undefined;
        throw error;
      });
      return text === undefined ? undefined : parseRecord(text, pathOf(thread));
    },
    write: (thread, record) => writeDurably(pathOf(thread), `${JSON.stringify(record)}\n`),
    remove: (thread) => rm(pathOf(thread), { force: true }),
    async list() {
      return (await readdir(root)).filter((name) => name.endsWith(".json")).map((name) => name.slice(0, -".json".length));
    },
  };
}

function parseRecord(text: string, path: string): ThreadRecord {
  try {
    const record = JSON.parse(text) as ThreadRecord;
    if (typeof record.repository === "string" && Number.isSafeInteger(record.epoch)) return record;
  } catch {
    // Falls through to the failure below.
  }
  throw new BatonFailure("Conflict", "The hub's record of a thread is damaged", {
    where: path,
    next: "put it back from a backup, or remove it and the thread is forgotten",
  });
}

export interface ThreadName {
  readonly repository: string;
  readonly thread: string;
}

/** Conflict when the thread belongs to another repository. */
export async function readThread(records: ThreadRecords, { repository, thread }: ThreadName): Promise<ThreadRecord | undefined> {
  const record = await records.read(thread);
  if (record === undefined || record.repository === repository) return record;
  const where = `thread ${thread}`;
  throw new BatonFailure("Conflict", `Thread ${thread} belongs to repository ${record.repository}`, { where });
}

/** Throws StaleEpoch when a newer epoch has claimed the thread. */
export function checkFence(thread: string, epoch: number, record: ThreadRecord | undefined): void {
  if (record === undefined || epoch >= record.epoch) return;
  throw new BatonFailure("StaleEpoch", `Epoch ${epoch} of thread ${thread} is over: epoch ${record.epoch} has taken it`, {
    where: `thread ${thread}`,
    next: "stop working on the thread here; it goes on elsewhere",
  });
}
