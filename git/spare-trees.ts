import { randomUUID } from "node:crypto";
import { lstat, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { withAccess } from "./regain-access.ts";
import { gitInTree, type WorkTree } from "./work-tree.ts";

/** A smaller tree is written as quickly as it is taken over. */
const fewestFiles = 500;
const oldestMs = 24 * 3_600_000;

export interface Spares {
  /** Folder of the spare trees of one repository on this host. */
  readonly folder: string;
  /** Start of the machine: what was written before a power cut may never have reached the disk. */
  readonly boot: string;
}

/**
 * Keeps the files of a thread that is over: the next one of the same repository writes only what differs. At most so many
 * trees, the newest. Only ever saves work, so that it never fails.
 */
export async function keepSpare({ folder, boot }: Spares, tree: WorkTree, most: number): Promise<void> {
  const incoming = join(folder, `incoming-${randomUUID()}`);
  try {
    if (!(await isWorthIt(tree))) return;
    await mkdir(incoming, { recursive: true });
    await rename(tree.index, join(incoming, "index"));
    await rename(tree.root, join(incoming, "tree"));
    await rename(incoming, join(folder, `${boot}-${randomUUID()}`));
    await makeRoom({ folder, boot }, most);
  } catch {
    await rm(incoming, { recursive: true, force: true }).catch(() => undefined);
  }
}

/**
 * Gives a work tree that is not there yet the files of one that was kept: nothing but tracked files, at any commit. Bringing it
 * to its own is the caller's. False when there is none.
 */
export async function takeSpare({ folder, boot }: Spares, tree: WorkTree): Promise<boolean> {
  if (await lstat(tree.root).catch(() => undefined)) return false;
  const names = (await readdir(folder).catch((): string[] => [])).filter((name) => name.startsWith(`${boot}-`));
  if (names.length > 0) await mkdir(dirname(tree.root), { recursive: true });
  for (const name of names) {
    const taken = `${tree.root}.spare`;
    // Whoever renames it has it.
    const mine = await rename(join(folder, name), taken).then(
      () => true,
      () => false,
    );
    if (mine) return moveIn(taken, tree);
  }
  return false;
}

async function moveIn(taken: string, tree: WorkTree): Promise<boolean> {
  const [root, index] = [join(taken, "tree"), join(taken, "index")];
  try {
    await withAccess(root, async () => {
      // Whatever the earlier agent made of it: branches, hooks, settings.
      await rm(join(root, ".git"), { recursive: true, force: true });
      await gitInTree({ ...tree, root, index }, ["clean", "-ffdxq"]);
    });
    await rename(index, tree.index);
    await rename(root, tree.root);
    return true;
  } catch {
    return false;
  } finally {
    await rm(taken, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** What a submodule holds is not in the index, so that nothing would clean it. */
async function isWorthIt({ root, index }: WorkTree): Promise<boolean> {
  const [found, submodules] = await Promise.all([lstat(root), lstat(join(root, ".gitmodules")).catch(() => undefined)]);
  return found.isDirectory() && submodules === undefined && (await filesIn(index)) >= fewestFiles;
}

/** Entries of an index, from its header. */
async function filesIn(index: string): Promise<number> {
  const handle = await open(index, "r");
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(12), 0, 12, 0);
    return bytesRead === 12 && buffer.toString("latin1", 0, 4) === "DIRC" ? buffer.readUInt32BE(8) : 0;
  } finally {
    await handle.close();
  }
}

/** Removes what nobody took over in time, and what was kept before the machine started anew, of every repository. */
export async function sweepSpares(root: string, boot: string): Promise<void> {
  for (const name of await readdir(root).catch((): string[] => [])) {
    const folder = join(root, name);
    for (const { path, current, ageMs } of await list({ folder, boot }))
      if (!current || ageMs > oldestMs) await rm(path, { recursive: true, force: true });
  }
}

async function makeRoom(spares: Spares, most: number): Promise<void> {
  const found = (await list(spares)).filter(({ current }) => current);
  for (const { path } of found.sort((a, b) => a.ageMs - b.ageMs).slice(most)) await rm(path, { recursive: true, force: true });
}

/** What a host brings in at this moment is no spare tree yet, and becomes none when the host dies. */
async function list({ folder, boot }: Spares) {
  return Promise.all(
    (await readdir(folder)).map(async (name) => ({
      path: join(folder, name),
      current: name.startsWith(`${boot}-`),
      ageMs: Date.now() - (await stat(join(folder, name)).catch(() => ({ mtimeMs: 0 }))).mtimeMs,
    })),
  );
}
