import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { changedFiles, type FileChange } from "../git/diff.ts";
import { git, runGit } from "../git/git.ts";
import { openObjectStore, presentObjects } from "../git/object-store.ts";
import { indexPack } from "../git/pack.ts";
import type { HubClient } from "../hub/hub-client.ts";

interface DiffRequest {
  readonly hub: HubClient;
  /** The repository's id in the hub. */
  readonly repository: string;
  readonly base: string;
  readonly commit: string;
  /** If this is inside a clone that has the base, only the thread's own objects are fetched. */
  readonly cwd: string;
}

export interface CheckpointDiff {
  files(): Promise<FileChange[]>;
  print(options: { readonly stat: boolean; readonly color: boolean }): Promise<void>;
}

/** Hands over a diff whose objects live in a temporary folder, and removes that in the end. Touches no repository. */
export async function withCheckpoint(request: DiffRequest, use: (diff: CheckpointDiff) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "baton-diff-"));
  try {
    const gitDir = join(folder, "objects.git");
    await openObjectStore({ gitDir, sample: request.base });
    const local = await localObjects(request.cwd);
    if (local !== undefined) await writeFile(join(gitDir, "objects", "info", "alternates"), `${JSON.stringify(local.folder)}\n`);
    const { hub, repository, commit, base } = request;
    const haves = await presentObjects(gitDir, [base, ...(local === undefined ? [] : [local.head])]);
    await indexPack({ gitDir }, hub.fetch({ repository, wants: [commit], haves }));
    await use(diffIn(gitDir, request));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Object folder and HEAD of the clone that the command was given in. Commits the hub does not know do no harm. */
async function localObjects(cwd: string): Promise<{ folder: string; head: string } | undefined> {
  const paths = await runGit(["rev-parse", "--git-path", "objects"], { cwd });
  const head = await runGit(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"], { cwd });
  if (paths.code !== 0 || head.code !== 0) return undefined;
  return { folder: resolve(cwd, paths.stdout.toString().replace(/\n$/, "")), head: head.stdout.toString().trim() };
}

const diffOptions = ["--no-ext-diff", "--no-textconv"];

function diffIn(gitDir: string, { base, commit }: DiffRequest): CheckpointDiff {
  const at = { cwd: gitDir, gitDir };
  return {
    files: () => changedFiles({ gitDir, base, commit }),
    async print({ stat, color }) {
      const args = ["diff", ...diffOptions, `--color=${color ? "always" : "never"}`, ...(stat ? ["--stat"] : []), base, commit];
      await git(args, { ...at, onStdout: writeOut });
    },
  };
}

async function writeOut(chunk: Buffer): Promise<void> {
  if (!process.stdout.write(chunk)) await once(process.stdout, "drain");
}
