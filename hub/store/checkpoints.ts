import { BatonFailure } from "../../domain/failure.ts";
import type { PushCheckpoint, StoredCheckpoint } from "../hub.ts";
import type { KeyedMutex } from "../keyed-mutex.ts";
import { checkpointOf, isOver, type Attempts } from "./attempts.ts";
import type { Repositories } from "./repositories.ts";
import { checkFence, readThread, type ThreadName, type ThreadRecord, type ThreadRecords } from "./thread-records.ts";

/** Fenced, compare-and-swap pointers to each thread's newest checkpoint. */
export interface Checkpoints {
  claim(request: ThreadName & { epoch: number }): Promise<StoredCheckpoint | undefined>;
  push(request: PushCheckpoint, pack: AsyncIterable<Uint8Array>): Promise<void>;
  read(request: ThreadName): Promise<StoredCheckpoint | undefined>;
  /** Lets the thread be collected some day; a newer epoch's claim takes that back. */
  settle(request: ThreadName & { epoch: number }): Promise<void>;
}

interface Parts {
  readonly repositories: Repositories;
  readonly records: ThreadRecords;
  readonly attempts: Attempts;
  /** Shared with everything else that writes for a thread. */
  readonly threads: KeyedMutex;
}

export async function createCheckpoints({ repositories, records, attempts, threads }: Parts): Promise<Checkpoints> {
  await repairRefs(repositories, records);
  return {
    claim: (request) =>
      threads.run(request.thread, async () => {
        const { repository, thread, epoch } = request;
        const record = await readThread(records, request);
        checkFence(thread, epoch, record);
        if (record?.epoch === epoch) return record.checkpoint;
        const newest = record?.checkpoint;
        // The next epoch may build on an unfinished turn or throw it away; it is kept either way.
        const kept = newest?.partial ? await attempts.add(thread, record!, { ...newest, why: "superseded" }) : record;
        await records.write(thread, unsettled({ ...kept, repository, epoch }));
        return newest;
      }),
    async push(request, pack) {
      const { repository, thread, epoch, snapshot } = request;
      if (!mustReceive(request, await readThread(records, request))) return;
      // Outside the mutex: a slow sender may not keep the next epoch from claiming the thread.
      await repositories.receive(repository, [snapshot, request.commit, request.tree], pack);
      await threads.run(thread, async () => {
        const record = await readThread(records, request);
        const checkpoint = checkpointOf(request);
        if (isOver(epoch, record))
          await records.write(thread, await attempts.add(thread, record, { ...checkpoint, why: "refused" }));
        if (!mustReceive(request, record)) return;
        await repositories.pointThread(repository, thread, snapshot);
        await records.write(thread, unsettled({ ...record, repository, epoch, checkpoint }));
      });
    },
    async read(request) {
      return (await readThread(records, request))?.checkpoint;
    },
    settle: (request) =>
      threads.run(request.thread, async () => {
        const record = await readThread(records, request);
        checkFence(request.thread, request.epoch, record);
        if (record === undefined || record.settledAt !== undefined) return;
        await records.write(request.thread, { ...record, settledAt: new Date().toISOString() });
      }),
  };
}

function unsettled({ settledAt: _settledAt, ...record }: ThreadRecord): ThreadRecord {
  return record;
}

/** False when the checkpoint is the newest already; throws when it may not become it. */
function mustReceive(request: PushCheckpoint, record: ThreadRecord | undefined): boolean {
  checkFence(request.thread, request.epoch, record);
  const newest = record?.checkpoint?.snapshot;
  if (newest === request.snapshot) return false;
  if (newest === request.previous) return true;
  throw new BatonFailure(
    "Conflict",
    `The newest checkpoint of thread ${request.thread} is ${newest ?? "none"}, not ${request.previous ?? "none"}`,
    { where: `thread ${request.thread}`, next: "read the newest checkpoint and build on it" },
  );
}

/** A kill between the two writes of a push leaves a ref that is ahead of its record. */
async function repairRefs(repositories: Repositories, records: ThreadRecords): Promise<void> {
  for (const thread of await records.list()) {
    // A damaged one is told to whoever asks for the thread, and by a check of the store.
    const record = await records.read(thread).catch(() => undefined);
    if (record === undefined) continue;
    const { repository, checkpoint, attempts = [] } = record;
    if (checkpoint !== undefined) await repositories.pointThread(repository, thread, checkpoint.snapshot);
    for (const { epoch, snapshot } of attempts) await repositories.pointAttempt(repository, thread, { epoch, commit: snapshot });
  }
}
