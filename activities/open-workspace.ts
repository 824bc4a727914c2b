import { Context } from "@temporalio/activity";
import type { TurnReport } from "../domain/turn.ts";
import { git } from "../git/git.ts";
import { readLedger } from "../git/session-files.ts";
import type { StoredCheckpoint } from "../hub/hub-client.ts";
import { reapThread } from "./agent-markers.ts";
import { bringUp, setUp, workCommitIn } from "./bring-up.ts";
import type { HostContext } from "./host-context.ts";
import type { OpenThreads, ThreadFolder } from "./open-threads.ts";
import type { OpenedWorkspace, OpenWorkspaceInput } from "./thread-activities.ts";
import { untilHubBack } from "./until-hub-back.ts";

/**
 * Takes a thread over: fences older claims off, ends their orphans, brings work tree and session to the newest checkpoint,
 * and runs `setup` where the workspace is new. Throws StaleEpoch, SetupFailed, DiskFull, Workspace.
 */
export async function openWorkspace(
  host: HostContext,
  threads: OpenThreads,
  input: OpenWorkspaceInput,
): Promise<OpenedWorkspace> {
  const { thread, epoch, repository } = input;
  const { cancellationSignal: signal } = Context.current();
  await reapThread(host, thread);
  const claim = { repository: repository.id, thread, epoch };
  const { checkpoint } = await untilHubBack(() => host.hub.claimEpoch(claim), { signal, logger: host.logger });
  const { open, bytes } = await bringUp(host, input, checkpoint);
  threads.set(open);
  await setUp(host, open, input);
  const { folder } = open;
  const [baseTree, newest] = await Promise.all([treeOf(folder.store, repository.base), newestTurn(folder, checkpoint)]);
  return { baseTree, newest, bytes };
}

/** What the ledger of a snapshot holds: the report of an attempt that ended, or a mark that it was taken inside one. */
type Ledger = Omit<TurnReport, "checkpoint"> | { readonly inside: true };

/** The report of the newest attempt that ended; a checkpoint inside a turn tells of none. */
async function newestTurn(folder: ThreadFolder, checkpoint: StoredCheckpoint | undefined): Promise<TurnReport | null> {
  if (!checkpoint) return null;
  const ledger = JSON.parse(await readLedger({ gitDir: folder.store, snapshot: checkpoint.snapshot })) as Ledger;
  if ("inside" in ledger) return null;
  const { snapshot, tree } = checkpoint;
  return { ...ledger, checkpoint: { commit: await workCommitIn(folder.store, checkpoint), snapshot, tree } };
}

async function treeOf(store: string, commit: string): Promise<string> {
  return (await git(["rev-parse", "--verify", `${commit}^{tree}`], { cwd: store, gitDir: store })).toString().trim();
}
