import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { git } from "./git.ts";
import { openObjectStore } from "./object-store.ts";
import { indexPack, packObjects } from "./pack.ts";

/** A scratch folder for a test; `remove` deletes it. */
export function scratchFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), "baton-git-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Commits everything in a folder, making it a repository first where needed, and gives the commit. */
export async function commitAll(root: string, message = "commit"): Promise<string> {
  await git(["init", "--quiet", "-b", "main", "."], { cwd: root });
  await git(["add", "-A"], { cwd: root });
  await git(["commit", "--quiet", "--allow-empty", "-m", message], { cwd: root });
  return (await git(["rev-parse", "HEAD"], { cwd: root })).toString().trim();
}

/** A host's store that has one commit of a user's repository. */
export async function storeOf(root: string, commit: string, gitDir: string): Promise<string> {
  const store = await openObjectStore({ gitDir, sample: commit });
  await indexPack(store, packObjects({ gitDir: join(root, ".git"), wants: [commit], haves: [] }));
  return store.gitDir;
}

/** Every file below a folder with content and mode, to compare byte by byte. */
export function contentOf(folder: string, skip: (path: string) => boolean = () => false): Map<string, string> {
  const found = new Map<string, string>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !skip(path)) found.set(path, `${statSync(path).mode} ${readFileSync(path, "latin1")}`);
  }
  return found;
}
