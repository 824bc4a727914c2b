import { join } from "node:path";
import type { Changes, Checkpoint } from "../domain/turn.ts";
import { bindSnapshot } from "./bind-snapshot.ts";
import { parseRawDiff } from "./changed-paths.ts";
import { describeChanges } from "./describe-changes.ts";
import { git } from "./git.ts";
import { createObjectWriter } from "./object-writer.ts";
import { writeEmptySession } from "./write-session.ts";

interface MergedSnapshotRequest {
  /** Bare git folder. */
  readonly store: string;
  readonly thread: string;
  /** The merged stack. */
  readonly commit: string;
  readonly merge: number;
  /** Snapshot that this one follows; null for the first. */
  readonly parent: string | null;
  /** JSON text. */
  readonly ledger: string;
}

/** The checkpoint of a merged stack: its tree as the work, an empty session. */
export async function recordMerged(request: MergedSnapshotRequest): Promise<Checkpoint> {
  const { store, thread, commit, merge, parent, ledger } = request;
  const writer = createObjectWriter(join(store, "objects"), commit);
  const shown = await git(["show", "--no-patch", "--format=%T %ct", commit], { cwd: store, gitDir: store });
  const [tree = "", seconds = ""] = shown.toString().trim().split(" ");
  const snapshot = await bindSnapshot(writer, {
    work: tree,
    session: await writeEmptySession(writer),
    ledger,
    parents: [...(parent === null ? [] : [parent]), commit],
    message: `Checkpoint of ${thread}, merge ${merge}`,
    at: Number(seconds) * 1000,
  });
  return { commit, snapshot, tree };
}

/** What a commit changes against the base. */
export async function changesOf(request: {
  readonly store: string;
  readonly base: string;
  readonly commit: string;
  /** Globs of the paths that are in scope; empty: all. */
  readonly allow: readonly string[];
}): Promise<Changes> {
  const { store, base, commit, allow } = request;
  const args = ["diff-tree", "-r", "--raw", "-z", "--no-renames", "--no-abbrev", "--ignore-submodules=none", base, commit];
  const changed = parseRawDiff(await git(args, { cwd: store, gitDir: store }));
  return describeChanges({ changed, restored: [], allow });
}
