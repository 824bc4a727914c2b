import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { git, runGit } from "./git.ts";
import { openMerger, type Merger, type MergeResult } from "./merge-commits.ts";
import { scratchFolder } from "./test-repository.ts";

export type Files = Readonly<Record<string, string | Uint8Array | null>>;

/** A repository in which a test makes commits and merges them. */
export interface MergeTest {
  readonly path: string;
  /** Bare, as far as the merger is concerned. */
  readonly store: string;
  /** What commits are merged onto: the first commit, until a test says otherwise. */
  base: string;
  run(...args: string[]): Promise<string>;
  start(files: Files, format?: string): Promise<void>;
  /** A commit whose files are those of its first parent with some changed or, by null, removed. */
  commit(parents: readonly string[], files: Files): Promise<string>;
  /** Commits what is in the work tree by now. */
  commitWork(...parents: string[]): Promise<string>;
  merger(...commits: string[]): Promise<Merger>;
  /** Merges one commit onto the base, and another onto that. */
  mergeTwo(one: string, two: string): Promise<MergeResult>;
  close(): Promise<void>;
}

export function mergeTest(): MergeTest {
  const folder = scratchFolder();
  const { path } = folder;
  const open: Merger[] = [];
  const store = join(path, ".git");
  const run = async (...args: string[]) => (await git(args, { cwd: path })).toString().trim();
  const its: MergeTest = {
    path,
    store,
    base: "",
    run,
    async start(files, format = "sha1") {
      await run("init", "--quiet", `--object-format=${format}`, "-b", "main", ".");
      its.base = await its.commit([], files);
    },
    async commit(parents, files) {
      if (parents[0] !== undefined) await run("checkout", "--quiet", "--force", "--detach", parents[0]);
      for (const [name, content] of Object.entries(files)) put(join(path, name), content);
      return its.commitWork(...parents);
    },
    async commitWork(...parents) {
      await run("add", "-A");
      const tree = await run("write-tree");
      return run("commit-tree", ...parents.flatMap((parent) => ["-p", parent]), "-m", "commit", tree);
    },
    async merger(...commits) {
      const made = await openMerger({ store, onto: its.base, commits });
      open.push(made);
      return made;
    },
    async mergeTwo(one, two) {
      const merges = await its.merger(one, two);
      const first = await merges.merge({ stack: its.base, commit: one, message: "one" });
      return merges.merge({ stack: mergedCommit(first), commit: two, message: "two" });
    },
    async close() {
      for (const merger of open) await merger.close();
      folder.remove();
    },
  };
  return its;
}

/** Tree of two commits merged onto the base, as the queue does it and as git does it in a checkout; "conflict" where it cannot. */
export async function bothWays(its: MergeTest, one: string, two: string): Promise<{ queued: string; plain: string }> {
  const result = await its.mergeTwo(one, two);
  const queued = result.kind === "merged" ? await its.run("rev-parse", `${result.commit}^{tree}`) : result.kind;
  await its.run("checkout", "--quiet", "--force", "--detach", its.base);
  await its.run("clean", "-ffdqx");
  for (const commit of [one, two]) {
    const { code } = await runGit(["merge", "--no-ff", "--quiet", "-m", "m", commit], { cwd: its.path });
    if (code !== 0) return { queued, plain: "conflict" };
  }
  return { queued, plain: await its.run("rev-parse", "HEAD^{tree}") };
}

function put(path: string, content: string | Uint8Array | null): void {
  if (content === null) return rmSync(path, { recursive: true });
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

export function mergedCommit(result: MergeResult): string {
  if (result.kind !== "merged") throw new Error(JSON.stringify(result));
  return result.commit;
}

export function conflictOf(result: MergeResult) {
  if (result.kind !== "conflict") throw new Error(`no conflict: ${result.kind}`);
  return result;
}
