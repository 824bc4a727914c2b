import { rm } from "node:fs/promises";
import { join } from "node:path";
import { BatonFailure } from "../../domain/failure.ts";
import type { Attempt, PushCheckpoint, StoredCheckpoint } from "../hub.ts";
import type { KeyedMutex } from "../keyed-mutex.ts";
import { hubLimits } from "../limits.ts";
import { attemptsFolder } from "./refs.ts";
import type { Repositories } from "./repositories.ts";
import { readThread, type ThreadName, type ThreadRecord, type ThreadRecords } from "./thread-records.ts";
import { markForPruning } from "./tidy-repository.ts";

/** Work of epochs that are over, kept under refs of their own for a person to look at. */
export interface Attempts {
  /** The thread's record with one more attempt, whose objects are there; the caller has the thread's turn and writes it. */
  add(thread: string, record: ThreadRecord, attempt: Pick<Attempt, "why"> & StoredCheckpoint): Promise<ThreadRecord>;
  /** Takes a pack of an epoch that is over. Conflict when it is not. */
  keep(request: PushCheckpoint, pack: AsyncIterable<Uint8Array>): Promise<void>;
  list(request: ThreadName): Promise<readonly Attempt[]>;
}

interface Parts {
  readonly repositories: Repositories;
  readonly records: ThreadRecords;
  readonly threads: KeyedMutex;
}

export function createAttempts({ repositories, records, threads }: Parts): Attempts {
  const add: Attempts["add"] = async (thread, record, attempt) => {
    await repositories.pointAttempt(record.repository, thread, { epoch: attempt.epoch, commit: attempt.snapshot });
    // A person looks at the work itself; the newest whole turn's commit is no part of what was overtaken.
    const work = await repositories.workCommit(record.repository, attempt);
    const next = withAttempt(record, { ...attempt, commit: work ?? attempt.commit, at: new Date().toISOString() });
    const dropped = (record.attempts ?? []).filter(({ epoch }) => !next.attempts?.some((each) => each.epoch === epoch));
    if (dropped.length > 0) await repositories.inside(record.repository, (gitDir) => removeAttempts(gitDir, thread, dropped));
    return next;
  };
  return {
    add,
    async keep(request, pack) {
      const { repository, thread, snapshot, commit, tree } = request;
      if (!isOver(request.epoch, await readThread(records, request))) throw notOver(request);
      await repositories.receive(repository, [snapshot, commit, tree], pack);
      await threads.run(thread, async () => {
        const record = await readThread(records, request);
        if (record !== undefined)
          await records.write(thread, await add(thread, record, { ...checkpointOf(request), why: "refused" }));
      });
    },
    async list(request) {
      return (await readThread(records, request))?.attempts ?? [];
    },
  };
}

async function removeAttempts(gitDir: string, thread: string, attempts: readonly Attempt[]): Promise<void> {
  await markForPruning(gitDir);
  for (const { epoch } of attempts) await rm(join(attemptsFolder(gitDir, thread), String(epoch)), { force: true });
}

export function isOver(epoch: number, record: ThreadRecord | undefined): record is ThreadRecord {
  return record !== undefined && epoch < record.epoch;
}

export function checkpointOf({ snapshot, commit, tree, turn, epoch, partial }: PushCheckpoint): StoredCheckpoint {
  return { snapshot, commit, tree, turn, epoch, partial };
}

/** One per epoch, the newest 20. */
function withAttempt(record: ThreadRecord, attempt: Attempt): ThreadRecord {
  const others = (record.attempts ?? []).filter(({ epoch }) => epoch !== attempt.epoch);
  const attempts = [attempt, ...others].sort((a, b) => b.epoch - a.epoch).slice(0, hubLimits.attemptsPerThread);
  return { ...record, attempts };
}

function notOver({ thread, epoch }: PushCheckpoint): BatonFailure {
  return new BatonFailure("Conflict", `Epoch ${epoch} of thread ${thread} is not over`, {
    where: `thread ${thread}`,
    next: "push it as a checkpoint",
  });
}
