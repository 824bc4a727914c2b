import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isUntouched, keepPaths, kilobytesOf, otherPaths, placePaths } from "../../git/kept-files.ts";
import type { WorkTree } from "../../git/work-tree.ts";
import { bootId } from "./boot-id.ts";

/** What `setup` made is kept so long after it was used last, and so much of it. */
const oldestMs = 14 * 24 * 3_600_000;
const mostKilobytes = 10 * 1024 * 1024;
const staleMs = 3_600_000;

interface Entry {
  readonly paths: readonly string[];
  readonly kilobytes: number;
  /** What was written before a power cut may never have reached the disk. */
  readonly boot: string;
}

export interface CachedSetup {
  /** Folder of the cache on this host. */
  readonly folder: string;
  readonly key: string;
  readonly tree: WorkTree;
  /** What `setup` makes here may be used elsewhere: nothing but a goal's base is checked out. */
  readonly keep: boolean;
  /** Ends the wait for another checkout's `setup`, which is run here then. */
  readonly signal: AbortSignal;
  /** Runs `setup`. */
  run(): Promise<void>;
}

/** `note`: why what was made is of no use elsewhere, told once. */
export type SetupSource = { readonly from: "cache" } | { readonly from: "command"; readonly note?: string };

const making = new Map<string, Promise<unknown>>();
const useless = new Set<string>();

/** Brings a checkout what `setup` made elsewhere from the same manifests, or runs it; of many at once one runs it for all. */
export async function setUpFromCache(setup: CachedSetup): Promise<SetupSource> {
  const { key, keep, signal } = setup;
  if (useless.has(key)) return await runOnly(setup);
  if (await take(setup)) return { from: "cache" };
  const other = making.get(key);
  if (other !== undefined) {
    await Promise.race([other, aborted(signal)]);
    if (await take(setup)) return { from: "cache" };
  }
  if (!keep || making.has(key)) return await runOnly(setup);
  const mine = runAndKeep(setup);
  making.set(
    key,
    mine.catch(() => undefined),
  );
  try {
    return await mine;
  } finally {
    making.delete(key);
  }
}

async function runOnly(setup: CachedSetup): Promise<SetupSource> {
  await setup.run();
  return { from: "command" };
}

async function runAndKeep(setup: CachedSetup): Promise<SetupSource> {
  const { tree, key, folder } = setup;
  const before = await otherPaths(tree);
  await setup.run();
  const incoming = join(folder, `incoming-${randomUUID()}`);
  try {
    const problem = before.length > 0 ? "the checkout was not clean before" : await keptIn(tree, incoming);
    if (problem === null) {
      await rm(join(folder, key), { recursive: true, force: true });
      await rename(incoming, join(folder, key));
      await makeRoom(folder);
      return { from: "command" };
    }
    if (before.length === 0) useless.add(key);
    return { from: "command", note: problem };
  } catch (error) {
    return { from: "command", note: `it could not be kept: ${String(error).slice(0, 200)}` };
  } finally {
    await rm(incoming, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Null when all is there. */
async function keptIn(tree: WorkTree, incoming: string): Promise<string | null> {
  if (!(await isUntouched(tree))) return "it changes tracked files";
  const paths = await otherPaths(tree);
  if (paths.length === 0) return "it makes no files in the checkout";
  const files = join(incoming, "files");
  await mkdir(files, { recursive: true, mode: 0o700 });
  const problem = await keepPaths(tree.root, paths, files);
  if (problem !== null) return problem;
  const entry: Entry = { paths, kilobytes: await kilobytesOf(files), boot: bootId() };
  await writeFile(join(incoming, "entry.json"), JSON.stringify(entry));
  return null;
}

async function take({ folder, key, tree }: CachedSetup): Promise<boolean> {
  const entry = await readEntry(folder, key);
  if (entry === undefined || entry.boot !== bootId()) return false;
  const now = new Date();
  await utimes(join(folder, key), now, now).catch(() => undefined);
  return await placePaths(join(folder, key, "files"), entry.paths, tree.root);
}

async function readEntry(folder: string, key: string): Promise<Entry | undefined> {
  try {
    return JSON.parse(await readFile(join(folder, key, "entry.json"), "utf8")) as Entry;
  } catch {
    return undefined;
  }
}

/** Removes what was not used for long, then the oldest until the rest fits, and what crashes left. */
async function makeRoom(folder: string): Promise<void> {
  const found = await Promise.all(
    (await readdir(folder)).map(async (name) => {
      const usedAt = (await stat(join(folder, name)).catch(() => undefined))?.mtimeMs ?? 0;
      return { name, ageMs: Date.now() - usedAt, kilobytes: (await readEntry(folder, name))?.kilobytes ?? 0 };
    }),
  );
  let kilobytes = 0;
  for (const { name, ageMs, ...each } of found.sort((a, b) => a.ageMs - b.ageMs)) {
    kilobytes += each.kilobytes;
    const unfinished = name.startsWith("incoming-");
    if (unfinished ? ageMs > staleMs : ageMs > oldestMs || kilobytes > mostKilobytes) await removeEntry(folder, name);
  }
}

/** Out of the way first: whoever copies from it finds it gone, not half there. */
async function removeEntry(folder: string, name: string): Promise<void> {
  const away = join(folder, `incoming-${randomUUID()}`);
  await rename(join(folder, name), away).catch(() => undefined);
  await rm(away, { recursive: true, force: true }).catch(() => undefined);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
