import { BatonFailure } from "../../domain/failure.ts";
import type { PushCheckpoint, StoredCheckpoint } from "../hub.ts";
import type { KeyedMutex } from "../keyed-mutex.ts";
import type { Repositories } from "./repositories.ts";
import { checkFence, type ThreadRecord, type ThreadRecords } from "./thread-records.ts";

/** Fenced, compare-and-swap pointers to each thread's newest checkpoint. */
export interface Checkpoints {
  claim(request: { repository: string; thread: string; epoch: number }): Promise<StoredCheckpoint | undefined>;
  push(request: PushCheckpoint, pack: AsyncIterable<Uint8Array>): Promise<void>;
  read(request: { repository: string; thread: string }): Promise<StoredCheckpoint | undefined>;
}

interface Parts {
  readonly repositories: Repositories;
  readonly records: ThreadRecords;
  /** Shared with everything else that writes for a thread. */
  readonly threads: KeyedMutex;
}

export async function createCheckpoints({ repositories, records, threads }: Parts): Promise<Checkpoints> {
  await repairRefs(repositories, records);
  const readRecord = async (thread: string, repository: string) => {
    const record = await records.read(thread);
    if (record !== undefined && record.repository !== repository) throw elsewhere(thread, record);
    return record;
  };
  return {
    claim: ({ repository, thread, epoch }) =>
      threads.run(thread, async () => {
        const record = await readRecord(thread, repository);
        checkFence(thread, epoch, record);
        if (record?.epoch !== epoch) await records.write(thread, { ...record, repository, epoch });
        return record?.checkpoint;
      }),
    async push(request, pack) {
      const { repository, thread, snapshot } = request;
      if (!mustReceive(request, await readRecord(thread, repository))) return;
      // Outside the mutex: a slow sender may not keep the next epoch from claiming the thread.
      await repositories.receive(repository, [snapshot, request.commit, request.tree], pack);
      await threads.run(thread, async () => {
        if (!mustReceive(request, await readRecord(thread, repository))) return;
        await repositories.pointThread(repository, thread, snapshot);
        await records.write(thread, { repository, epoch: request.epoch, checkpoint: checkpointOf(request) });
      });
    },
    async read({ repository, thread }) {
      return (await readRecord(thread, repository))?.checkpoint;
    },
  };
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

function checkpointOf({ snapshot, commit, tree, turn, epoch, partial }: PushCheckpoint): StoredCheckpoint {
  return { snapshot, commit, tree, turn, epoch, partial };
}

/** A kill between the two writes of a push leaves a ref that is ahead of its record. */
async function repairRefs(repositories: Repositories, records: ThreadRecords): Promise<void> {
  for (const thread of await records.list()) {
    const record = await records.read(thread);
    if (record?.checkpoint !== undefined) await repositories.pointThread(record.repository, thread, record.checkpoint.snapshot);
  }
}

function elsewhere(thread: string, record: ThreadRecord): BatonFailure {
  return new BatonFailure("Conflict", `Thread ${thread} belongs to repository ${record.repository}`, {
    where: `thread ${thread}`,
  });
}
