import { BatonFailure } from "../domain/failure.ts";
import { addEverything } from "./add-everything.ts";
import { parseRawDiff, type ChangedPath } from "./changed-paths.ts";
import { gitFailure, type GitResult } from "./git.ts";
import { scriptInTree, type WorkTree } from "./work-tree.ts";

export interface RecordedTree {
  /** Tree id of everything in the private index. */
  readonly tree: string;
  /** Paths that differ from the base. */
  readonly changed: readonly ChangedPath[];
}

/** Records everything that is not ignored: in one process while nothing is odd, step by step otherwise. */
export async function recordTree(tree: WorkTree, base: string): Promise<RecordedTree> {
  const quick = await scriptInTree(tree, ["add -A", ...reading(base)]);
  if (quick.code === 0 && !quick.stderr.includes("embedded git repository")) return parse(quick);
  await addEverything(tree, base);
  return readIndex(tree, base);
}

export async function readIndex(tree: WorkTree, base: string): Promise<RecordedTree> {
  const result = await scriptInTree(tree, reading(base));
  if (result.code !== 0) throw gitFailure(["write-tree"], tree.root, result);
  return parse(result);
}

function reading(base: string): string[] {
  if (!/^[0-9a-f]{40,64}$/.test(base)) throw new BatonFailure("Workspace", `Not a commit id: ${base}`);
  return ["write-tree", `diff-index --cached --raw -z --no-renames --no-abbrev --ignore-submodules=none ${base}`];
}

function parse({ stdout }: GitResult): RecordedTree {
  const end = stdout.indexOf(10);
  return { tree: stdout.toString("latin1", 0, end), changed: parseRawDiff(stdout.subarray(end + 1)) };
}
