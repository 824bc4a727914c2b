import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** How what an earlier process left running is found: only Linux tells other processes' environments. */
export type FoundBy = "environment" | "records";

export const foundBy: FoundBy = process.platform === "linux" ? "environment" : "records";

/** Variable with the folder of the host that a process works for; the records are in it. */
export const hostFolderVariable = "BATON_HOST_DIR";

export interface RecordedGroup {
  /** Process group, which is its leader's pid. */
  readonly group: number;
  /** Milliseconds since 1970, right after the leader was started. */
  readonly startedAt: number;
  /** Baton's own variables in its environment. */
  readonly markers: Readonly<Record<string, string>>;
}

/** Writes down that a process group runs for a host, where it could not be found otherwise. Gives what forgets it again. */
export function recordGroup(group: number, env: Readonly<Record<string, string>>, by = foundBy): () => void {
  const host = env[hostFolderVariable];
  if (by === "environment" || host === undefined) return () => undefined;
  const markers = Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith("BATON_")));
  const record: RecordedGroup = { group, startedAt: Date.now(), markers };
  try {
    mkdirSync(folderIn(host), { recursive: true });
    writeFileSync(pathOf(host, group), JSON.stringify(record));
  } catch {
    // A full disk is no reason not to run it; its group dies with this process when that ends in order.
  }
  return () => forgetGroup(host, group);
}

/** The groups of a host whose markers hold all the given ones. */
export function recordedGroups(markers: Readonly<Record<string, string>>): RecordedGroup[] {
  const host = markers[hostFolderVariable];
  if (host === undefined) return [];
  return namesIn(folderIn(host))
    .flatMap((name) => readRecord(join(folderIn(host), name)))
    .filter((record) => Object.entries(markers).every(([name, value]) => record.markers[name] === value));
}

export function forgetGroup(host: string, group: number): void {
  rmSync(pathOf(host, group), { force: true });
}

function folderIn(host: string): string {
  return join(host, "groups");
}

function pathOf(host: string, group: number): string {
  return join(folderIn(host), `${group}.json`);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function readRecord(path: string): RecordedGroup[] {
  try {
    return [JSON.parse(readFileSync(path, "utf8")) as RecordedGroup];
  } catch {
    return [];
  }
}
