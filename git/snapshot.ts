import { join } from "node:path";
import { rm } from "node:fs/promises";
import type { Changes, Checkpoint } from "../domain/turn.ts";
import { allEnded } from "./all-ended.ts";
import { bindSnapshot } from "./bind-snapshot.ts";
import { createPathMatcher, type ChangedPath } from "./changed-paths.ts";
import { describeChanges } from "./describe-changes.ts";
import { noticeFullDisk } from "./disk-full.ts";
import { treeOfLooseCommit } from "./loose-objects.ts";
import { createObjectWriter } from "./object-writer.ts";
import { oneAtATime } from "./one-at-a-time.ts";
import { ownFolder } from "./own-folder.ts";
import { putBack } from "./put-back.ts";
import { readIndex, recordTree } from "./record-tree.ts";
import { withAccess } from "./regain-access.ts";
import { writeSession } from "./write-session.ts";
import { treeOf } from "./tree-of.ts";
import type { Workspace } from "./workspace.ts";

export interface SnapshotRequest {
  readonly workspace: Workspace;
  readonly sessionDir: string;
  /** Gives the JSON text that is kept beside the work tree and the session. */
  readonly ledger: string | ((changes: Changes) => string);
  /** Commit the thread started from. */
  readonly base: string;
  /** Work commit that this one follows; the base for the first. */
  readonly parentCommit: string;
  readonly parentSnapshot?: string;
  /** Globs of paths that are put back to the base version, on disk too. */
  readonly protect?: readonly string[];
  /** Globs of the paths that are in scope; empty: all. */
  readonly allow?: readonly string[];
  /** Message of the work commit. */
  readonly message: string;
  readonly turn: number;
  /** Milliseconds since 1970; the same request at the same time gives the same ids. */
  readonly at?: number;
}

export interface Snapshot {
  readonly checkpoint: Checkpoint;
  readonly changes: Changes;
}

/**
 * Puts the work tree, session and ledger of this instant into the store. Leaves the workspace's own index, references and
 * hooks alone; writes to its files only where protected paths are put back.
 */
export async function takeSnapshot(request: SnapshotRequest): Promise<Snapshot> {
  const { dir, index } = request.workspace;
  return oneAtATime(index, () => noticeFullDisk(dir, () => withAccess(dir, () => record(request))));
}

async function record(request: SnapshotRequest): Promise<Snapshot> {
  const { workspace, base } = request;
  const at = request.at ?? Date.now();
  const writer = createObjectWriter(join(workspace.store, "objects"), base);
  const [work, parentTree, session] = await allEnded([
    recordWork(request),
    treeOfLooseCommit(workspace.store, request.parentCommit) ?? treeOf(workspace.store, request.parentCommit),
    writeSession(writer, request.sessionDir, workspace.sessionCache),
  ]);
  const changes = describeChanges({ ...work, allow: request.allow ?? [] });
  const ledger = typeof request.ledger === "string" ? request.ledger : request.ledger(changes);
  const { tree } = work;
  const commit =
    tree === parentTree
      ? request.parentCommit
      : await writer.commit({ tree, parents: [request.parentCommit], message: request.message, at });
  const snapshot = await bindSnapshot(writer, {
    work: tree,
    session,
    ledger,
    parents: [...(request.parentSnapshot === undefined ? [] : [request.parentSnapshot]), commit],
    message: `Checkpoint of ${workspace.thread}, turn ${request.turn}`,
    at,
  });
  return { checkpoint: { commit, snapshot, tree }, changes };
}

interface RecordedWork {
  readonly tree: string;
  readonly changed: readonly ChangedPath[];
  readonly restored: readonly ChangedPath[];
}

async function recordWork(request: SnapshotRequest): Promise<RecordedWork> {
  const { workspace, base, protect = [] } = request;
  await ownFolder(workspace.root);
  await rm(`${workspace.index}.lock`, { force: true });
  const first = await recordTree(workspace, base);
  const isProtected = createPathMatcher(protect);
  const restored = first.changed.filter((change) => isProtected(change.path));
  if (restored.length === 0) return { ...first, restored };
  await putBack(workspace, restored);
  return { ...(await readIndex(workspace, base)), restored };
}
