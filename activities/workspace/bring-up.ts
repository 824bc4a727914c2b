import { BatonFailure } from "../../domain/failure.ts";
import { allEnded } from "../../git/all-ended.ts";
import { restoreSession } from "../../git/restore-session.ts";
import { takeSpare } from "../../git/spare-trees.ts";
import { workCommit } from "../../git/work-commit.ts";
import { advanceWorkspace, restoreWorkspace, type Workspace } from "../../git/workspace.ts";
import type { StoredCheckpoint } from "../../hub/hub-client.ts";
import { fetchObjects, isMissing } from "./fetch-objects.ts";
import type { HostContext } from "../host-context.ts";
import { knownObjects, noteObjects } from "./known-objects.ts";
import { makeThreadFolder, sparesOf, threadFolder, workspaceOf, type OpenThread } from "./open-threads.ts";
import { runSetup } from "./run-setup.ts";
import type { OpenWorkspaceInput } from "../thread-activities.ts";
import { openTranscript } from "../transcript-writer.ts";

/** Fetches what a thread's checkpoint needs, or its base commit before the first; work tree and session stay as they are. */
export async function fetchThread(
  host: HostContext,
  input: OpenWorkspaceInput,
  checkpoint: StoredCheckpoint | undefined,
): Promise<{ open: OpenThread; bytes: number }> {
  const { thread, epoch, repository } = input;
  const folder = threadFolder(host.folder, thread, repository.id);
  await makeThreadFolder(folder);
  const wanted = [repository.base, ...(checkpoint ? [checkpoint.snapshot] : [])];
  const known = await knownObjects(folder);
  const bytes = await fetchObjects(host, { repository, store: folder.store, wanted, known });
  await noteObjects(folder, wanted);
  const also = await fetchAlso(host, input, folder.store);
  const open: OpenThread = {
    thread,
    epoch,
    repository,
    folder,
    workspace: workspaceOf(folder, { host, thread, repository }),
    commit: checkpoint?.commit ?? repository.base,
    snapshot: checkpoint?.snapshot ?? null,
    prepared: null,
  };
  return { open, bytes: bytes + also };
}

/** Earlier work is there to be looked at: a thread does without what the hub has lost of it. */
async function fetchAlso(
  host: HostContext,
  { repository, also: wanted = [] }: OpenWorkspaceInput,
  store: string,
): Promise<number> {
  if (wanted.length === 0) return 0;
  return fetchObjects(host, { repository, store, wanted }).catch((error: unknown) => {
    if (isMissing(error)) return 0;
    throw error;
  });
}

/**
 * Brings work tree and session to the checkpoint, or to the base commit before the first. `ready`: the commit that the work tree
 * is at. Gives the commit that it is at now.
 */
export async function restoreThread(open: OpenThread, checkpoint: StoredCheckpoint | undefined, ready?: string): Promise<string> {
  const { workspace, folder } = open;
  const { store, session } = folder;
  await takeSpare(sparesOf(folder), workspace);
  if (!checkpoint) return restoreTree(workspace, open.commit, ready);
  const [commit] = await allEnded([
    workCommitIn(store, checkpoint).then((work) => restoreTree(workspace, work, ready)),
    restoreSession({ gitDir: store, snapshot: checkpoint.snapshot, sessionDir: session, cachePath: workspace.sessionCache }),
  ]);
  return commit;
}

async function restoreTree(workspace: Workspace, commit: string, ready: string | undefined): Promise<string> {
  const advanced = ready !== undefined && (await advanceWorkspace({ workspace, from: ready, to: commit }));
  if (!advanced) await restoreWorkspace({ workspace, commit });
  return commit;
}

/** Runs the goal's `setup` in a workspace that is new on this host. Throws SetupFailed. */
export async function setUp(host: HostContext, open: OpenThread, input: OpenWorkspaceInput): Promise<void> {
  const { thread, epoch, turn, setup, setupCache, env: items } = input;
  if (setup === undefined) return;
  const transcript = openTranscript(host.hub, host.logger, { thread, turn, attempt: 1, epoch });
  const doneFile = `${open.folder.root}/setup.done`;
  try {
    const { workspace: tree, repository, commit } = open;
    const cache = setupCache === true ? { cache: { tree, repository, commit } } : {};
    await runSetup(host, { thread, epoch, turn, setup, items, cwd: tree.root, doneFile, transcript, ...cache });
  } finally {
    await transcript.close();
  }
}

/** The commit with a checkpoint's work tree. */
export async function workCommitIn(store: string, checkpoint: StoredCheckpoint): Promise<string> {
  const work = await workCommit(store, checkpoint);
  if (work === undefined) throw new BatonFailure("Workspace", `the hub's snapshot ${checkpoint.snapshot} has no work commit`);
  return work;
}
