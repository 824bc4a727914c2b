import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { git, gitFailure, runGitScript, type GitOptions } from "./git.ts";

/** Where the processes that merge run, and with what. */
export type MergePlace = Required<Pick<GitOptions, "cwd" | "gitDir" | "env">>;

/** The attributes that a stack's own `.gitattributes` give its files. */
export interface MergeAttributes {
  place(): MergePlace;
  /** Takes those of another commit; true when it has others, and processes that read them before are of no more use. */
  follow(stack: string): Promise<boolean>;
  close(): Promise<void>;
}

export interface AttributesRequest {
  /** Bare git folder. */
  readonly store: string;
  readonly onto: string;
  /** Every commit that may be merged. */
  readonly commits: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

// A merge must not depend on what the host's user has set for git: each host has to give the same.
const ofNoUser = { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1", GIT_ATTR_NOSYSTEM: "1" };
/** Messages are asked for because git flushes its output after them, and after nothing else. */
export const mergeCommand = ["-c", "core.attributesFile=/dev/null", "merge-tree", "--write-tree", "--messages"];
const files = ":(glob)**/.gitattributes";
const emptyTrees: Readonly<Record<number, string>> = {
  40: "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
  64: "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
};

/** Git reads attributes from a work tree, which a bare store lacks: it is given one that has nothing but these files. */
export async function openMergeAttributes(request: AttributesRequest): Promise<MergeAttributes> {
  const { store, onto, env } = request;
  const bare: MergePlace = { cwd: store, gitDir: store, env: { ...env, ...ofNoUser } };
  let { changing, listed } = await readAttributes(request);
  let at = onto;
  let folder = await writeAttributes(bare, { stack: onto, listed });
  const remove = async () => {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  };
  return {
    place: () => (folder === undefined ? bare : treeIn(folder, bare)),
    async follow(stack) {
      if (!changing || stack === at) return false;
      at = stack;
      const now = await git(listing(stack), bare);
      if (now.equals(listed)) return false;
      listed = now;
      await remove();
      folder = await writeAttributes(bare, { stack, listed });
      return true;
    },
    close: remove,
  };
}

interface ReadAttributes {
  /** Whether any of the commits has others than `onto`. */
  readonly changing: boolean;
  /** Modes, ids and paths of the files in `onto`. */
  readonly listed: Buffer;
}

async function readAttributes({ store, onto, commits, env }: AttributesRequest): Promise<ReadAttributes> {
  const pairs = commits.map((commit) => `${commit} ${onto}\n`).join("");
  const differing = `git diff-tree --stdin --no-commit-id -r --name-only -- '${files}'`;
  const script = `changing=$(${differing}) && echo "\${#changing}" && git ${listing(onto).join(" ").replace(files, `'${files}'`)}`;
  const result = await runGitScript(script, { cwd: store, gitDir: store, env, stdin: pairs });
  if (result.code !== 0) throw gitFailure(["diff-tree"], store, result);
  const line = result.stdout.indexOf(10);
  return { changing: result.stdout.toString("latin1", 0, line) !== "0", listed: result.stdout.subarray(line + 1) };
}

function listing(commit: string): string[] {
  return ["diff-tree", "-r", "--raw", "-z", "--no-abbrev", emptyTrees[commit.length] ?? "", commit, "--", files];
}

/** Gives the folder; undefined when there is nothing to write. */
async function writeAttributes(
  bare: MergePlace,
  { stack, listed }: { stack: string; listed: Buffer },
): Promise<string | undefined> {
  if (listed.length === 0) return undefined;
  const folder = await mkdtemp(join(tmpdir(), "baton-merge-"));
  const { cwd, gitDir, env } = treeIn(folder, bare);
  await mkdir(cwd);
  await git(["checkout", "--quiet", stack, "--", files], { cwd, gitDir, env: { ...env, GIT_INDEX_FILE: join(folder, "index") } });
  return folder;
}

function treeIn(folder: string, bare: MergePlace): MergePlace {
  return { ...bare, cwd: join(folder, "tree"), env: { ...bare.env, GIT_WORK_TREE: "." } };
}
