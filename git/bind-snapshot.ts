import type { CommitContent, ObjectWriter } from "./object-writer.ts";

interface SnapshotContent extends Omit<CommitContent, "tree"> {
  /** Tree ids. */
  readonly work: string;
  readonly session: string;
  /** JSON text. */
  readonly ledger: string;
}

/** The commit that binds a work tree, a session and a ledger; its last parent is the work commit. */
export async function bindSnapshot(writer: ObjectWriter, { work, session, ledger, ...commit }: SnapshotContent): Promise<string> {
  const tree = await writer.tree([
    { mode: "40000", name: "work", id: work },
    { mode: "40000", name: "session", id: session },
    { mode: "100644", name: "ledger.json", id: await writer.blob(Buffer.from(ledger)) },
  ]);
  return writer.commit({ ...commit, tree });
}
