import { Context } from "@temporalio/activity";
import type { TurnReport } from "../domain/turn.ts";
import type { StoredCheckpoint } from "../hub/hub-client.ts";
import { BatonFailure } from "../domain/failure.ts";
import { git } from "../git/git.ts";
import { openObjectStore, presentObjects } from "../git/object-store.ts";
import { indexPack } from "../git/pack.ts";
import { readLedger, restoreSession } from "../git/session-files.ts";
import { restoreWorkspace } from "../git/workspace.ts";
import { reapThread } from "./agent-markers.ts";
import type { HostContext } from "./host-context.ts";
import {
  makeThreadFolder,
  threadFolder,
  workspaceOf,
  type OpenThread,
  type OpenThreads,
  type ThreadFolder,
} from "./open-threads.ts";
import { runSetup } from "./run-setup.ts";
import type { OpenedWorkspace, OpenWorkspaceInput } from "./thread-activities.ts";
import { openTranscript } from "./transcript-writer.ts";
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
  const folder = threadFolder(host.folder, thread, repository.id);
  await makeThreadFolder(folder);
  await fetchObjects(host, input, { folder, checkpoint });
  const open: OpenThread = {
    thread,
    epoch,
    repository,
    folder,
    workspace: workspaceOf(folder, { host: host.host, thread, repository }),
    commit: checkpoint?.commit ?? repository.base,
    snapshot: checkpoint?.snapshot ?? null,
    prepared: null,
  };
  await restore(open, checkpoint);
  threads.set(open);
  await prepare(host, open, input);
  return { baseTree: await treeOf(folder.store, repository.base), newest: await newestTurn(folder, checkpoint) };
}

async function fetchObjects(
  host: HostContext,
  { repository }: OpenWorkspaceInput,
  { folder, checkpoint }: { folder: ThreadFolder; checkpoint: StoredCheckpoint | undefined },
): Promise<void> {
  const { cancellationSignal: signal } = Context.current();
  const { gitDir } = await openObjectStore({ gitDir: folder.store, shallow: repository.shallow, sample: repository.base });
  const wanted = [repository.base, ...(checkpoint ? [checkpoint.snapshot] : [])];
  const { haves: known } = await untilHubBack(() => host.hub.openRepository({ repository: repository.id }), {
    signal,
    logger: host.logger,
  });
  const haves = await presentObjects(gitDir, [...new Set([...known, ...wanted])]);
  const wants = wanted.filter((id) => !haves.includes(id));
  if (wants.length === 0) return;
  const fetched = () => indexPack({ gitDir }, host.hub.fetch({ repository: repository.id, wants, haves }));
  await untilHubBack(fetched, { signal, logger: host.logger });
}

async function restore(open: OpenThread, checkpoint: StoredCheckpoint | undefined): Promise<void> {
  const { workspace, folder } = open;
  if (!checkpoint) return restoreWorkspace({ workspace, commit: open.commit });
  // A checkpoint inside a turn has a work commit of its own, beside the newest whole turn's.
  const commit = checkpoint.partial ? await workCommitOf(folder.store, checkpoint.snapshot) : checkpoint.commit;
  await restoreWorkspace({ workspace, commit });
  await restoreSession({ gitDir: folder.store, snapshot: checkpoint.snapshot, sessionDir: folder.session });
}

async function prepare(host: HostContext, open: OpenThread, input: OpenWorkspaceInput): Promise<void> {
  const { thread, epoch, turn, setup, env } = input;
  if (setup === undefined) return;
  const transcript = openTranscript(host.hub, host.logger, { thread, turn, attempt: 1, epoch });
  try {
    await runSetup(host, {
      thread,
      epoch,
      turn,
      setup,
      items: env,
      cwd: open.workspace.root,
      doneFile: `${open.folder.root}/setup.done`,
      transcript,
    });
  } finally {
    await transcript.close();
  }
}

/** The ledger's report of the newest whole turn; a checkpoint inside a turn tells of none. */
async function newestTurn(folder: ThreadFolder, checkpoint: StoredCheckpoint | undefined): Promise<TurnReport | null> {
  if (!checkpoint || checkpoint.partial) return null;
  const ledger = await readLedger({ gitDir: folder.store, snapshot: checkpoint.snapshot });
  const { commit, snapshot, tree } = checkpoint;
  return { ...(JSON.parse(ledger) as Omit<TurnReport, "checkpoint">), checkpoint: { commit, snapshot, tree } };
}

async function treeOf(store: string, commit: string): Promise<string> {
  return (await git(["rev-parse", "--verify", `${commit}^{tree}`], { cwd: store, gitDir: store })).toString().trim();
}

async function workCommitOf(store: string, snapshot: string): Promise<string> {
  const parents = (await git(["rev-parse", `${snapshot}^@`], { cwd: store, gitDir: store })).toString().trim().split("\n");
  const work = parents.at(-1);
  if (!work) throw new BatonFailure("Workspace", `the hub's snapshot ${snapshot} has no work commit`);
  return work;
}
