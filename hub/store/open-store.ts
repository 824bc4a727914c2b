import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { inFolder } from "../../config/folder-failure.ts";
import { createKeyedMutex } from "../keyed-mutex.ts";
import type { RecordResult, StoreCheck } from "../hub.ts";
import { createArtifacts, type Artifacts } from "./artifacts.ts";
import { createAttempts, type Attempts } from "./attempts.ts";
import { checkStore } from "./check-store.ts";
import { createCheckpoints, type Checkpoints } from "./checkpoints.ts";
import { createCollector, type CollectGarbage } from "./collect-garbage.ts";
import { createHosts, type Hosts } from "./hosts.ts";
import { createRepositories, type Repositories } from "./repositories.ts";
import { createResults, type Results } from "./results.ts";
import { lockStore } from "./store-lock.ts";
import { checkFence, createThreadRecords, readThread } from "./thread-records.ts";
import { createTranscripts, type Transcripts } from "./transcripts.ts";

/** Everything a hub keeps, under one folder that only one process has open at a time. */
export interface HubStore {
  readonly repositories: Pick<Repositories, "open" | "pushBase" | "fetch">;
  readonly checkpoints: Checkpoints;
  readonly attempts: Pick<Attempts, "keep" | "list">;
  readonly transcripts: Pick<Transcripts, "tail">;
  readonly artifacts: Pick<Artifacts, "put" | "get">;
  readonly results: Pick<Results, "read">;
  readonly hosts: Hosts;
  readonly collectGarbage: CollectGarbage;
  check(): Promise<StoreCheck>;
  appendTranscript(request: { thread: string; epoch: number; lines: readonly string[] }): Promise<void>;
  recordResult(request: RecordResult): Promise<void>;
  /** Lets go of the folder. */
  close(): Promise<void>;
}

/** Opens or makes a store, and mends what a killed hub left in it. Conflict when another hub has it open. */
export async function openHubStore(root: string): Promise<HubStore> {
  const next = "give --state-dir, or set BATON_STATE_DIR to, a folder that can be written";
  return inFolder({ root, what: "the hub's store", next }, () => openLocked(root));
}

async function openLocked(root: string): Promise<HubStore> {
  await mkdir(root, { recursive: true });
  const unlock = lockStore(root);
  try {
    const threads = createKeyedMutex();
    const repositories = await createRepositories(join(root, "repositories"));
    const records = await createThreadRecords(join(root, "threads"));
    const transcripts = await createTranscripts(join(root, "transcripts"));
    const artifacts = await createArtifacts(join(root, "artifacts"));
    const attempts = createAttempts({ repositories, records, threads });
    const results = await createResults(join(root, "results"), repositories);
    const parts = { repositories, records, transcripts, artifacts, results, threads };
    return {
      repositories,
      checkpoints: await createCheckpoints({ ...parts, attempts }),
      attempts,
      transcripts,
      artifacts,
      results,
      hosts: await createHosts(join(root, "hosts")),
      collectGarbage: createCollector(parts),
      check: () => checkStore(parts, root),
      appendTranscript: ({ thread, epoch, lines }) =>
        threads.run(thread, async () => {
          checkFence(thread, epoch, await records.read(thread));
          await transcripts.append(thread, lines);
        }),
      recordResult: ({ repository, thread, epoch, key, commit, base }) =>
        threads.run(thread, async () => {
          checkFence(thread, epoch, await readThread(records, { repository, thread }));
          await results.record(repository, { key, thread, commit, ...(base ? { base } : {}) });
        }),
      close: async () => unlock(),
    };
  } catch (error) {
    unlock();
    throw error;
  }
}
