import { randomBytes } from "node:crypto";
import { open, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

const mark = ".tmp-";

/** A name beside `path` that `removeTemporaries` recognises. */
export function temporaryBeside(path: string): string {
  return join(dirname(path), `${mark}${basename(path).slice(0, 80)}-${randomBytes(6).toString("hex")}`);
}

/** Replaces a file so that after any crash it holds either the old or the new content, and the new once this returns. */
export async function writeDurably(path: string, content: string): Promise<void> {
  const temporary = temporaryBeside(path);
  try {
    const file = await open(temporary, "wx");
    try {
      await file.writeFile(content);
      await file.datasync();
    } finally {
      await file.close();
    }
    await renameDurably(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Renames, and makes the rename itself survive a power cut. */
export async function renameDurably(from: string, to: string): Promise<void> {
  await rename(from, to);
  const folder = await open(dirname(to), "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Deletes what writers that were killed left in a folder. */
export async function removeTemporaries(folder: string): Promise<void> {
  const names = await readdir(folder);
  await Promise.all(names.filter((name) => name.startsWith(mark)).map((name) => rm(join(folder, name), { force: true })));
}
