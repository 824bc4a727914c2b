import { readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bootId } from "./boot-id.ts";
import type { ThreadFolder } from "./open-threads.ts";

/**
 * Commits of a thread that this host's store has with all they need and the hub has too, so that a pack need not hold them.
 * Empty when nothing is sure: another store, or a power cut since, which may have cost objects that were never flushed.
 */
export async function knownObjects(folder: ThreadFolder): Promise<readonly string[]> {
  try {
    const { store, commits } = JSON.parse(await readFile(noteOf(folder), "utf8")) as { store: string; commits: string[] };
    return store === (await stampOf(folder)) ? commits : [];
  } catch {
    return [];
  }
}

/** Notes what a fetch brought, or a push proved to be on both sides. Only ever saves work, so that it never fails. */
export async function noteObjects(folder: ThreadFolder, commits: readonly string[]): Promise<void> {
  const path = noteOf(folder);
  try {
    await writeFile(`${path}.tmp`, JSON.stringify({ store: await stampOf(folder), commits }));
    await rename(`${path}.tmp`, path);
  } catch {
    // Without the note the next fetch is larger.
  }
}

function noteOf(folder: ThreadFolder): string {
  return join(folder.root, "objects.json");
}

async function stampOf(folder: ThreadFolder): Promise<string> {
  const { ino, mtimeMs } = await stat(join(folder.store, "baton-store"));
  return [ino, mtimeMs, bootId()].join(" ");
}
