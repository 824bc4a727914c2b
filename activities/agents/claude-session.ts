import { mkdir, readdir, realpath, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { oneAtATime } from "../../git/one-at-a-time.ts";
import { findFiles, putFile, putFolder, putWholeLines, sameContent, type SessionPlace } from "./session-files.ts";

type Env = Readonly<Record<string, string>>;

export function claudeConfigDir(env: Env): string {
  return env["CLAUDE_CONFIG_DIR"] ?? join(env["HOME"] ?? "/", ".claude");
}

const folderOf = (sessionDir: string): string => join(sessionDir, "claude");

/** A session is `<id>.jsonl` and, beside it, the folder `<id>` with big tool results and subagents. */
async function findSessions(env: Env, id: string): Promise<string[]> {
  return await findFiles(join(claudeConfigDir(env), "projects"), (name) => name === `${id}.jsonl`);
}

/** Puts the travelled session where claude looks for it from `cwd`; false when there is none anywhere. */
export async function importClaudeSession(env: Env, where: { sessionDir: string; cwd: string }, id: string): Promise<boolean> {
  const present = await findSessions(env, id);
  const names = await readdir(folderOf(where.sessionDir)).catch((): string[] => []);
  if (!names.includes(`${id}.jsonl`)) return present.length > 0;
  const cwd = await realpath(where.cwd);
  const slug = cwd.replace(/[^a-zA-Z0-9]/g, "-");
  const expected = join(claudeConfigDir(env), "projects", slug, `${id}.jsonl`);
  // Any older copy could be taken instead, so each becomes the travelled one.
  for (const target of new Set([expected, ...present])) {
    const travelled = join(folderOf(where.sessionDir), `${id}.jsonl`);
    if (await sameContent(travelled, target)) continue;
    await mkdir(dirname(target), { recursive: true });
    await putFolder(withoutEnding(travelled), withoutEnding(target));
    await putFile(travelled, target);
  }
  return true;
}

/** Copies the session into the folder that travels; the only one there afterwards. `running`: claude still writes it. */
export async function exportClaudeSession(turn: SessionPlace, id: string, running = false): Promise<void> {
  await oneAtATime(turn.sessionDir, () => copySession(turn, id, running ? putWholeLines : putFile));
}

async function copySession({ env, sessionDir }: SessionPlace, id: string, put: typeof putFile): Promise<void> {
  const newest = (await findSessions(env, id))[0];
  if (newest === undefined) return;
  const folder = folderOf(sessionDir);
  const target = join(folder, `${id}.jsonl`);
  await mkdir(folder, { recursive: true });
  if (!(await sameContent(newest, target))) await put(newest, target);
  await putFolder(withoutEnding(newest), withoutEnding(target));
  const others = (await readdir(folder)).filter((name) => name !== id && name !== `${id}.jsonl`);
  await Promise.all(others.map((name) => rm(join(folder, name), { recursive: true, force: true })));
}

const withoutEnding = (path: string): string => path.slice(0, -".jsonl".length);
