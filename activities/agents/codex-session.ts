import { mkdir, open, readdir, rm, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Usage } from "../../domain/usage.ts";
import { oneAtATime } from "../../git/one-at-a-time.ts";
import { codexUsage } from "./codex-events.ts";
import { objectAt, type JsonRecord } from "./json-lines.ts";
import { findFiles, putFile, putWholeLines, sameContent, type SessionPlace } from "./session-files.ts";

type Env = Readonly<Record<string, string>>;

export function codexHome(env: Env): string {
  return env["CODEX_HOME"] ?? join(env["HOME"] ?? "/", ".codex");
}

const folderOf = (sessionDir: string): string => join(sessionDir, "codex");

/** Newest rollout of a session under codex's own folder. */
export async function findRollout(env: Env, id: string): Promise<string | undefined> {
  if (!/^[\w-]+$/.test(id)) return undefined;
  return (await findFiles(join(codexHome(env), "sessions"), (name) => isRolloutOf(name, id)))[0];
}

/** Only this name is found by codex again. */
const isRolloutOf = (name: string, id: string): boolean => name.startsWith("rollout-") && name.endsWith(`-${id}.jsonl`);

/** Puts the travelled rollout where codex looks for it; false when there is none anywhere. */
export async function importRollout(env: Env, sessionDir: string, id: string): Promise<boolean> {
  const names = await readdir(folderOf(sessionDir)).catch(() => []);
  const name = names.find((candidate) => isRolloutOf(candidate, id));
  const present = await findRollout(env, id);
  if (name === undefined) return present !== undefined;
  const travelled = join(folderOf(sessionDir), name);
  const [, year, month, day] = /^rollout-(\d{4})-(\d\d)-(\d\d)/.exec(name) ?? [];
  const target = present ?? join(codexHome(env), "sessions", year ?? "2000", month ?? "01", day ?? "01", name);
  if (!(await sameContent(travelled, target))) await putFile(travelled, target);
  return true;
}

/** Copies the rollout into the folder that travels; the only one there afterwards. `running`: codex still writes it. */
export async function exportRollout(turn: SessionPlace, id: string, running = false): Promise<void> {
  await oneAtATime(turn.sessionDir, () => copyRollout(turn, id, running ? putWholeLines : putFile));
}

async function copyRollout({ env, sessionDir }: SessionPlace, id: string, put: typeof putFile): Promise<void> {
  const rollout = await findRollout(env, id);
  if (rollout === undefined) return;
  const folder = folderOf(sessionDir);
  const target = join(folder, basename(rollout));
  await mkdir(folder, { recursive: true });
  if (!(await sameContent(rollout, target))) await put(rollout, target);
  const names = await readdir(folder);
  const others = names.filter((name) => name !== basename(rollout));
  await Promise.all(others.map((name) => rm(join(folder, name), { recursive: true, force: true })));
}

const tailBytes = 1024 * 1024;

/** Cumulative usage that codex last wrote into a rollout: known also when a turn was killed. */
export async function rolloutUsage(path: string): Promise<Usage | undefined> {
  const { size } = await stat(path);
  const file = await open(path);
  try {
    const length = Math.min(size, tailBytes);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
    const lines = buffer.toString("utf8", 0, bytesRead).split("\n");
    for (const line of lines.toReversed()) {
      const usage = line.includes('"token_count"') ? usageIn(line) : undefined;
      if (usage !== undefined) return usage;
    }
    return undefined;
  } finally {
    await file.close();
  }
}

function usageIn(line: string): Usage | undefined {
  try {
    const info = objectAt(objectAt(JSON.parse(line) as JsonRecord, "payload"), "info");
    return "total_token_usage" in info ? codexUsage(objectAt(info, "total_token_usage")) : undefined;
  } catch {
    // The last line of a killed codex may be torn.
    return undefined;
  }
}
