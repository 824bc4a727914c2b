import { Context } from "@temporalio/activity";
import { BatonFailure } from "../domain/failure.ts";
import type { TurnReport } from "../domain/turn.ts";
import { allEnded } from "../git/all-ended.ts";
import { treeOf } from "../git/tree-of.ts";
import { readLedger } from "../git/session-files.ts";
import type { StoredCheckpoint } from "../hub/hub-client.ts";
import { reapThread } from "./agent-markers.ts";
import { fetchThread, restoreThread, setUp, workCommitIn } from "./workspace/bring-up.ts";
import type { HostContext } from "./host-context.ts";
import { takeUpLeftWork } from "./workspace/left-work.ts";
import type { LedgerInside } from "./workspace/mid-turn-checkpoints.ts";
import type { OpenThreads, ThreadFolder } from "./workspace/open-threads.ts";
import type { OpenedWorkspace, OpenWorkspaceInput } from "./thread-activities.ts";
import { untilHubBack } from "./until-hub-back.ts";

/**
 * Takes a thread over: fences older claims off, ends their orphans, takes up what they left here, brings work tree and
 * session to the newest checkpoint, and runs `setup` where the workspace is new. Throws StaleEpoch, IdTaken, SetupFailed,
 * DiskFull, Workspace.
 */
export async function openWorkspace(
  host: HostContext,
  threads: OpenThreads,
  input: OpenWorkspaceInput,
): Promise<OpenedWorkspace> {
  const { thread, repository } = input;
  const [known] = await allEnded([claim(host, input), reapThread(host, thread)]);
  const { open, bytes } = await fetchThread(host, input, known.checkpoint);
  const checkpoint = await takeUpLeftWork(host, open, { input, ...known });
  const { folder } = open;
  const [baseTree, newest] = await allEnded([
    input.baseTree ?? treeOf(folder.store, repository.base),
    newestTurn(folder, checkpoint),
    restoreThread(open, checkpoint, threads.takeReady(thread)),
  ]);
  threads.set(open);
  await setUp(host, open, input);
  return { baseTree, bytes, ...newest };
}

async function claim(host: HostContext, { thread, epoch, repository, first }: OpenWorkspaceInput) {
  const patience = { signal: Context.current().cancellationSignal, logger: host.logger };
  const named = { repository: repository.id, thread };
  if (first === true) {
    // Temporal forgets settled threads after a while; the hub keeps their work, and their epochs.
    const { checkpoint } = await untilHubBack(() => host.hub.readCheckpoint(named), patience);
    if (checkpoint !== undefined) throw new BatonFailure("IdTaken", `the hub keeps the work of an earlier thread ${thread}`);
  }
  return untilHubBack(() => host.hub.claimEpoch({ ...named, epoch }), patience);
}

/** What the ledger of a snapshot holds: the report of an attempt that ended, what is known of one that ran, or a merge. */
type Ledger = Omit<TurnReport, "checkpoint"> | LedgerInside | { readonly merge: unknown };

/** The report of the newest attempt that ended; a checkpoint inside a turn, or of merged work, tells of none. */
async function newestTurn(
  folder: ThreadFolder,
  checkpoint: StoredCheckpoint | undefined,
): Promise<Pick<OpenedWorkspace, "inside" | "newest">> {
  if (!checkpoint) return { newest: null };
  const ledger = JSON.parse(await readLedger({ gitDir: folder.store, snapshot: checkpoint.snapshot })) as Ledger;
  if ("inside" in ledger) {
    const { turn, attempt, session } = ledger;
    return session === undefined ? { newest: null } : { newest: null, inside: { turn, attempt, session } };
  }
  if ("merge" in ledger) return { newest: null };
  const { snapshot, tree } = checkpoint;
  return { newest: { ...ledger, checkpoint: { commit: await workCommitIn(folder.store, checkpoint), snapshot, tree } } };
}
