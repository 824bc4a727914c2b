import { copyFile, lstat, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
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
  if (!(await isUsable(gitDir))) await createRepository(gitDir, inner);
  await Promise.all(unfinished.map((name) => rm(join(gitDir, name), { recursive: true, force: true })));
  await writeFile(join(gitDir, "objects", "info", "alternates"), `${join(inner.store, "objects")}\n`);
  await copyFile(join(inner.store, "shallow"), join(gitDir, "shallow")).catch(() => undefined);
  await writeHead(gitDir, inner);
  await copyFile(inner.index, join(gitDir, "index.baton"));
  await rename(join(gitDir, "index.baton"), join(gitDir, "index"));
}

async function isUsable(gitDir: string): Promise<boolean> {
  try {
    const head = await readFile(join(gitDir, "HEAD"), "latin1");
    const folders = await Promise.all(["", "objects/info", "refs/heads"].map((name) => lstat(join(gitDir, name))));
    await lstat(join(gitDir, "config"));
    return head !== "" && folders.every((folder) => folder.isDirectory());
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
    await writeFile(join(gitDir, "HEAD"), `${commit}\n`);
    return;
  }
  const path = join(gitDir, "refs", "heads", branch);
  const parent = dirname(path);
  if ((await lstat(parent).catch(() => undefined))?.isDirectory() === false) await rm(parent);
  if ((await lstat(path).catch(() => undefined))?.isDirectory() === true) await rm(path, { recursive: true });
  await mkdir(parent, { recursive: true });
  for (const name of await readdir(parent)) if (name.endsWith(".lock")) await rm(join(parent, name), { force: true });
  await writeFile(path, `${commit}\n`);
  await writeFile(join(gitDir, "HEAD"), `ref: refs/heads/${branch}\n`);
}

function quote(value: string): string {
  return `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}
