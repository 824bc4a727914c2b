import { lstat, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

export interface InnerRepository {
  /** Folder that gets the `.git`. */
  readonly root: string;
  /** Store whose objects it borrows. */
  readonly store: string;
  readonly commit: string;
  /** Without it HEAD is detached. */
  readonly branch?: string;
  /** URL of the remote `origin`. */
  readonly origin?: string;
  /** Index to take over. */
  readonly index: string;
}

const unfinished = [
  "MERGE_HEAD MERGE_MODE MERGE_MSG AUTO_MERGE CHERRY_PICK_HEAD REVERT_HEAD BISECT_LOG BISECT_START SQUASH_MSG",
  "rebase-merge rebase-apply sequencer index.lock HEAD.lock config.lock packed-refs.lock shallow.lock",
].flatMap((names) => names.split(" "));

/**
 * Gives a work tree a repository of its own (references, index, configuration, stash) that borrows its objects. An existing
 * one is kept, but for where HEAD is, locks of dead processes and half-done merges; a broken one is replaced.
 */
export async function writeInnerRepository(inner: InnerRepository): Promise<void> {
  const gitDir = join(inner.root, ".git");
  if (!(await hasRepository(inner.root))) await createRepository(gitDir, inner);
  else await Promise.all(unfinished.map((name) => rm(join(gitDir, name), { recursive: true, force: true })));
  await place(join(gitDir, "objects", "info", "alternates"), `${join(inner.store, "objects")}\n`);
  const shallow = await readFile(join(inner.store, "shallow")).catch(() => undefined);
  if (shallow !== undefined) await place(join(gitDir, "shallow"), shallow);
  await writeHead(gitDir, inner);
  await place(join(gitDir, "index"), await readFile(inner.index));
}

/** Whether a folder has a repository of its own. One with links in it is none: writing through them would change other files. */
export async function hasRepository(root: string): Promise<boolean> {
  const gitDir = join(root, ".git");
  const look = (names: readonly string[]) => Promise.all(names.map((name) => lstat(join(gitDir, name))));
  try {
    const folders = await look(["", "objects", "objects/info", "refs", "refs/heads"]);
    const files = await look(["HEAD", "config"]);
    return folders.every((each) => each.isDirectory()) && files.every((each) => each.isFile() && each.size > 0);
  } catch {
    return false;
  }
}

async function createRepository(gitDir: string, { commit, origin }: InnerRepository): Promise<void> {
  await rm(gitDir, { recursive: true, force: true });
  await mkdir(join(gitDir, "objects", "info"), { recursive: true });
  await mkdir(join(gitDir, "refs", "heads"), { recursive: true });
  const sha256 = commit.length === 64;
  const lines = [
    "[core]",
    `\trepositoryformatversion = ${sha256 ? 1 : 0}`,
    "\tfilemode = true\n\tbare = false\n\tlogallrefupdates = true",
    ...(sha256 ? ["[extensions]", "\tobjectformat = sha256"] : []),
    "[gc]\n\tauto = 0",
    ...(origin === undefined ? [] : ['[remote "origin"]', `\turl = ${quote(origin)}`]),
    ...(origin === undefined ? [] : ["\tfetch = +refs/heads/*:refs/remotes/origin/*"]),
  ];
  await writeFile(join(gitDir, "config"), `${lines.join("\n")}\n`);
}

async function writeHead(gitDir: string, { commit, branch }: InnerRepository): Promise<void> {
  if (branch === undefined) {
    await place(join(gitDir, "HEAD"), `${commit}\n`);
    return;
  }
  const path = join(gitDir, "refs", "heads", branch);
  const parent = dirname(path);
  if ((await lstat(parent).catch(() => undefined))?.isDirectory() === false) await rm(parent);
  if ((await lstat(path).catch(() => undefined))?.isDirectory() === true) await rm(path, { recursive: true });
  await mkdir(parent, { recursive: true });
  for (const name of await readdir(parent)) if (name.endsWith(".lock")) await rm(join(parent, name), { force: true });
  await place(path, `${commit}\n`);
  await place(join(gitDir, "HEAD"), `ref: refs/heads/${branch}\n`);
}

/** Gives a repository one more branch, beside whatever its agent does in it right now; one that is none is left alone. */
export async function writeBranch({ root, branch, commit }: { root: string; branch: string; commit: string }): Promise<void> {
  if (!(await hasRepository(root))) return;
  const path = join(root, ".git", "refs", "heads", branch);
  const parent = dirname(path);
  await mkdir(parent, { recursive: true });
  if ((await lstat(parent)).isDirectory()) await place(path, `${commit}\n`);
}

/** Replaces a file at once, also one that is a link to somewhere else. */
async function place(path: string, content: string | Uint8Array): Promise<void> {
  const beside = `${path}.lock`;
  await rm(beside, { recursive: true, force: true });
  await writeFile(beside, content);
  await rename(beside, path);
}

function quote(value: string): string {
  return `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}
