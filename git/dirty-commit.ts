import { copyFile, mkdir, mkdtemp, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { git, gitFailure, runGit } from "./git.ts";
import { createObjectWriter } from "./object-writer.ts";

export interface DirtyCommit {
  readonly commit: string;
  /** Bare git folder that has the commit and, borrowed, everything under it: pack from here. */
  readonly gitDir: string;
  /** Removes that folder. */
  dispose(): Promise<void>;
}

/**
 * A commit on top of HEAD that holds uncommitted and untracked work (not ignored). The user's index, references, stash
 * and objects stay as they are: everything new is in a temporary folder.
 */
export async function dirtyCommit(request: { root: string; head: string; message: string; at?: number }): Promise<DirtyCommit> {
  const { root, head, message } = request;
  const folder = await mkdtemp(join(tmpdir(), "baton-dirty-"));
  const dispose = () => rm(folder, { recursive: true, force: true });
  try {
    const paths = await userPaths(root);
    const gitDir = join(folder, "git");
    await borrow(gitDir, paths, head);
    const index = join(folder, "index");
    await copyIndex(paths.index, index);
    const env = {
      GIT_INDEX_FILE: index,
      GIT_OBJECT_DIRECTORY: join(gitDir, "objects"),
      GIT_ALTERNATE_OBJECT_DIRECTORIES: JSON.stringify(paths.objects),
    };
    const args = ["add", "-A"];
    const added = await runGit(args, { cwd: root, env });
    if (added.code !== 0) throw gitFailure(args, root, added);
    const tree = (await git(["write-tree"], { cwd: root, env })).toString().trim();
    const writer = createObjectWriter(join(gitDir, "objects"), head);
    const commit = await writer.commit({ tree, parents: [head], message, at: request.at ?? Date.now() });
    return { commit, gitDir, dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** With its time: git looks again at files that changed in the index's own second, whose size may still be the same. */
async function copyIndex(from: string, to: string): Promise<void> {
  const found = await stat(from).catch(() => undefined);
  if (found === undefined) return;
  await copyFile(from, to);
  await utimes(to, found.atime, found.mtime);
}

async function userPaths(root: string) {
  const asked = ["objects", "index", "shallow"].flatMap((name) => ["--git-path", name]);
  const output = await git(["rev-parse", "--path-format=absolute", ...asked], { cwd: root });
  const [objects = "", index = "", shallow = ""] = output.toString().split("\n");
  return { objects, index, shallow };
}

async function borrow(gitDir: string, paths: { objects: string; shallow: string }, head: string): Promise<void> {
  await mkdir(gitDir);
  const format = head.length === 64 ? ["--object-format=sha256"] : [];
  await git(["init", "--quiet", "--bare", "--template=", ...format, "."], { cwd: gitDir });
  await mkdir(join(gitDir, "objects", "info"), { recursive: true });
  await writeFile(join(gitDir, "objects", "info", "alternates"), `${paths.objects}\n`);
  await copyFile(paths.shallow, join(gitDir, "shallow")).catch(() => undefined);
}
