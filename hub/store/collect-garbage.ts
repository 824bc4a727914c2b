import { rm } from "node:fs/promises";
import { BatonFailure } from "../../domain/failure.ts";
import type { Collected } from "../hub.ts";
import type { KeyedMutex } from "../keyed-mutex.ts";
import type { Artifacts } from "./artifacts.ts";
import { removeThreadRefs } from "./refs.ts";
import type { Repositories } from "./repositories.ts";
import type { Results } from "./results.ts";
import type { ThreadRecord, ThreadRecords } from "./thread-records.ts";
import { isMarked, markForPruning, oldBases, pruneRepository } from "./tidy-repository.ts";
import type { Transcripts } from "./transcripts.ts";

export interface GarbageParts {
  readonly repositories: Repositories;
  readonly records: ThreadRecords;
  readonly transcripts: Transcripts;
  readonly artifacts: Artifacts;
  readonly results: Results;
  readonly threads: KeyedMutex;
}

interface Collection {
  readonly parts: GarbageParts;
  /** Milliseconds since the epoch; what settled later stays. */
  readonly before: number;
  readonly dryRun: boolean;
}

export type CollectGarbage = (request: { olderThanMs: number; dryRun: boolean }) => Promise<Collected>;

/** Removes what settled threads left, and then whatever nothing refers to any more. One collection at a time. */
export function createCollector(parts: GarbageParts): CollectGarbage {
  let running = false;
  return async ({ olderThanMs, dryRun }) => {
    if (running)
      throw new BatonFailure("Conflict", "The hub is collecting garbage already", { where: "hub", next: "try again later" });
    running = true;
    try {
      return await collect({ parts, before: Date.now() - olderThanMs, dryRun });
    } finally {
      running = false;
    }
  };
}

async function collect(collection: Collection): Promise<Collected> {
  const { parts, before, dryRun } = collection;
  const threads = await collectThreads(collection);
  const gone = new Set(threads);
  const left = (await readAll(parts.records)).filter(([thread]) => !gone.has(thread));
  const kept = new Set(left.map(([thread]) => thread));
  const ofArtifacts = await parts.artifacts.collect({ before, isKept: (thread) => kept.has(thread), dryRun });
  const results = await parts.results.collect({ before, dryRun });
  let bases = 0;
  const [pruned, busy]: [string[], string[]] = [[], []];
  for (const id of await parts.repositories.list()) {
    const waiting = left.some(([, record]) => record === undefined || (record.repository === id && isWaiting(record)));
    // A thread without a checkpoint may need any base; it does not say which.
    if (!waiting) bases += await collectBases(collection, id);
    if (dryRun || !(await parts.repositories.inside(id, isMarked))) continue;
    ((await parts.repositories.alone(id, pruneRepository)) ? pruned : busy).push(id);
  }
  return { threads: threads.slice(0, 1000), threadCount: threads.length, bases, results, ...ofArtifacts, pruned, busy };
}

function isWaiting({ settledAt, checkpoint }: ThreadRecord): boolean {
  return settledAt === undefined && checkpoint === undefined;
}

async function collectThreads({ parts, before, dryRun }: Collection): Promise<string[]> {
  const collected: string[] = [];
  for (const thread of await parts.records.list()) {
    await parts.threads.run(thread, async () => {
      const record = await parts.records.read(thread).catch(() => undefined);
      if (record?.settledAt === undefined || Date.parse(record.settledAt) > before) return;
      collected.push(thread);
      if (!dryRun) await dropThread(parts, thread, record);
    });
  }
  return collected;
}

/** The record goes last: as long as it is there, a collection that was killed is begun again. */
async function dropThread(parts: GarbageParts, thread: string, record: ThreadRecord): Promise<void> {
  await parts.repositories.inside(record.repository, async (gitDir) => {
    // A thread that never had a checkpoint may have no repository.
    if (record.checkpoint === undefined && record.attempts === undefined) return;
    await markForPruning(gitDir);
    await removeThreadRefs(gitDir, thread);
  });
  await parts.transcripts.remove(thread);
  await parts.records.remove(thread);
}

async function collectBases({ parts, before, dryRun }: Collection, id: string): Promise<number> {
  return parts.repositories.inside(id, async (gitDir) => {
    const refs = await oldBases(gitDir, before);
    if (dryRun || refs.length === 0) return refs.length;
    await markForPruning(gitDir);
    for (const ref of refs) await rm(ref, { force: true });
    return refs.length;
  });
}

/** Every thread; without a record where that is damaged. */
async function readAll(records: ThreadRecords): Promise<[string, ThreadRecord | undefined][]> {
  const all: [string, ThreadRecord | undefined][] = [];
  for (const thread of await records.list()) all.push([thread, await records.read(thread).catch(() => undefined)]);
  return all;
}
