import { lstat, mkdir, rm } from "node:fs/promises";

/**
 * Makes sure that a path is a folder itself. A link in its place is removed, never followed: it would lead git to somebody
 * else's files.
 */
export async function ownFolder(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found?.isDirectory() === true) return;
  if (found !== undefined) await rm(path);
  await mkdir(path, { recursive: true });
}
