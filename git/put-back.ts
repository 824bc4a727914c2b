import { rm } from "node:fs/promises";
import type { ChangedPath } from "./changed-paths.ts";
import { absolutePath, gitInTree, type WorkTree } from "./work-tree.ts";

/** Puts paths back to what they were before, in the private index and on disk. */
export async function putBack(tree: WorkTree, changes: readonly ChangedPath[]): Promise<void> {
  const added = changes.filter((change) => change.before === undefined);
  for (const change of added) await rm(absolutePath(tree.root, change.path), { recursive: true, force: true });
  const lines = changes.map(({ path, before, after }) => {
    const { mode, id } = before ?? { mode: "0", id: "0".repeat(after?.id.length ?? 40) };
    return `${mode} ${id}\t${path}\0`;
  });
  await gitInTree(tree, ["update-index", "--replace", "-z", "--index-info"], Buffer.from(lines.join(""), "latin1"));
  const kept = changes.filter((change) => change.before !== undefined && change.before.mode !== "160000");
  if (kept.length === 0) return;
  const paths = Buffer.from(kept.map((change) => `${change.path}\0`).join(""), "latin1");
  await gitInTree(tree, ["checkout-index", "--force", "--index", "-z", "--stdin"], paths);
}
