import { BatonFailure } from "../domain/failure.ts";
import { allEnded } from "../git/all-ended.ts";
import { git } from "../git/git.ts";
import { restoreSession } from "../git/session-files.ts";
import { restoreWorkspace } from "../git/workspace.ts";
import type { StoredCheckpoint } from "../hub/hub-client.ts";
import { fetchObjects, isMissing } from "./fetch-objects.ts";
import type { HostContext } from "./host-context.ts";
import { knownObjects, noteObjects } from "./known-objects.ts";
import { makeThreadFolder, threadFolder, workspaceOf, type OpenThread } from "./open-threads.ts";
import { runSetup } from "./run-setup.ts";
import type { OpenWorkspaceInput } from "./thread-activities.ts";
import { openTranscript } from "./transcript-writer.ts";

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

/** Brings work tree and session to the checkpoint, or to the base commit before the first. */
export async function restoreThread(open: OpenThread, checkpoint: StoredCheckpoint | undefined): Promise<void> {
  const { workspace, folder } = open;
  if (!checkpoint) return restoreWorkspace({ workspace, commit: open.commit });
  const { store, session } = folder;
  await allEnded([
    workCommitIn(store, checkpoint).then((commit) => restoreWorkspace({ workspace, commit })),
    restoreSession({ gitDir: store, snapshot: checkpoint.snapshot, sessionDir: session }),
  ]);
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

/** The commit with a checkpoint's work tree: what is not a whole turn has one of its own, beside the newest turn's. */
export async function workCommitIn(store: string, checkpoint: StoredCheckpoint): Promise<string> {
  if (!checkpoint.partial) return checkpoint.commit;
  const { snapshot } = checkpoint;
  const parents = (await git(["rev-parse", `${snapshot}^@`], { cwd: store, gitDir: store })).toString().trim().split("\n");
  const work = parents.at(-1);
  if (!work) throw new BatonFailure("Workspace", `the hub's snapshot ${snapshot} has no work commit`);
  return work;
}
