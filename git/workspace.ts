import { utimes } from "node:fs/promises";
import { join } from "node:path";
import { noticeFullDisk } from "./disk-full.ts";
import { hasRepository, writeInnerRepository, type InnerRepository } from "./inner-repository.ts";
import { oneAtATime } from "./one-at-a-time.ts";
import { ownFolder } from "./own-folder.ts";
import { withAccess } from "./regain-access.ts";
import { advanceTracked, removeUntracked, resetTracked, type WorkTree } from "./work-tree.ts";

/** A thread's work tree on one host. `root` is where the agent works. */
export interface Workspace extends WorkTree {
  readonly thread: string;
  /** Folder that holds the work tree and Baton's own state about it. */
  readonly dir: string;
  /** What is known of the files of the agent's session. */
  readonly sessionCache: string;
  readonly origin?: string;
}

interface WorkspaceRequest {
  /** Bare git folder of the host's store for the repository. */
  readonly store: string;
  /** Folder of the thread on this host; the work tree is `work` in it. */
  readonly dir: string;
  readonly thread: string;
  readonly origin?: string;
  /** Variables that mark git's processes as the thread's, so that the reaper finds them. */
  readonly markers?: Readonly<Record<string, string>>;
}

/** Names the parts of a thread's workspace; touches nothing. */
export function workspaceAt({ store, dir, thread, origin, markers = {} }: WorkspaceRequest): Workspace {
  const paths = { root: join(dir, "work"), index: join(dir, "work.index"), sessionCache: join(dir, "session.cache") };
  return { store, dir, thread, markers, ...paths, ...(origin === undefined ? {} : { origin }) };
}

/** Makes a thread's workspace at a commit, or repairs what is left of one. */
export async function createWorkspace(request: WorkspaceRequest & { readonly commit: string }): Promise<Workspace> {
  const workspace = workspaceAt(request);
  await restoreWorkspace({ workspace, commit: request.commit });
  return workspace;
}

/**
 * Brings a workspace exactly to a commit: tracked files, untracked ones removed, HEAD on the thread's branch, the agent's
 * index in step. Ignored files stay. Works on whatever a killed process left; calling it again is harmless.
 */
export async function restoreWorkspace(request: { readonly workspace: Workspace; readonly commit: string }): Promise<void> {
  const { workspace, commit } = request;
  await oneAtATime(workspace.index, () =>
    noticeFullDisk(workspace.dir, () => withAccess(workspace.dir, () => restore(workspace, commit))),
  );
}

/**
 * Spares git reading large files: it compares the content of those that are as young as the index, to the second. Only for a
 * tree that nobody touches before it is brought on to its next commit.
 */
export async function trustFiles({ index }: Workspace): Promise<void> {
  const later = new Date(Date.now() + 1_000);
  await utimes(index, later, later);
}

/**
 * Brings a workspace that has been untouched since it was brought to a commit on to another, without a look at every file. False
 * when it differs where the commits do: restoring it is due then.
 */
export async function advanceWorkspace(request: { readonly workspace: Workspace; readonly from: string; readonly to: string }) {
  const { workspace, from, to } = request;
  return oneAtATime(workspace.index, async () => {
    if (!(await advanceTracked(workspace, from, to))) return false;
    await writeInnerRepository(innerRepository(workspace, to));
    return true;
  });
}

async function restore(workspace: Workspace, commit: string): Promise<void> {
  await ownFolder(workspace.root);
  await resetTracked(workspace, commit, removeUntracked);
  await writeInnerRepository(innerRepository(workspace, commit));
}

/** Gives an agent that removed its repository, or its whole work tree, one again: without it git would find the one around. */
export async function mendRepository({ workspace, commit }: { workspace: Workspace; commit: string }): Promise<void> {
  await oneAtATime(workspace.index, async () => {
    await ownFolder(workspace.root);
    if (!(await hasRepository(workspace.root))) await writeInnerRepository(innerRepository(workspace, commit));
  });
}

function innerRepository({ root, store, index, thread, origin }: Workspace, commit: string): InnerRepository {
  return { root, store, index, commit, branch: `baton/${thread}`, ...(origin === undefined ? {} : { origin }) };
}
