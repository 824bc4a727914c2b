import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { foundBy } from "./group-records.ts";
import { identifyProcess, isAlive, type ProcessIdentity } from "./process-identity.ts";
import type { ReapedProcess } from "./reaped-process.ts";
import { reapGroups } from "./reap-groups.ts";

const rounds = 50;
const roundMs = 20;
const batch = 256;

let buffer = Buffer.alloc(64 * 1024);

/** Ends what an earlier process left running with all the given variables in its environment. */
export async function reapProcesses(markers: Readonly<Record<string, string>>, by = foundBy): Promise<ReapedProcess[]> {
  if (Object.keys(markers).length === 0) return [];
  return by === "environment" ? reapMarked(markers) : reapGroups(markers);
}

/**
 * Kills every process whose environment holds all the given variables, whatever group or session it fled to, until none
 * is left. Never this process or its parent.
 */
async function reapMarked(markers: Readonly<Record<string, string>>): Promise<ReapedProcess[]> {
  const wanted = Object.entries(markers).map(([name, value]) => `${name}=${value}`);
  const spared = new Set([1, process.pid, process.ppid]);
  const killed = new Map<number, string>();
  for (let round = 0; round < rounds; round += 1) {
    const found = await findProcesses(wanted, spared);
    if (found.length === 0) break;
    for (const each of found) {
      if (isAlive(each.identity)) kill(each.pid);
      killed.set(each.pid, each.command);
    }
    await delay(roundMs);
  }
  return [...killed].map(([pid, command]) => ({ pid, command }));
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Gone already, or not ours to kill.
  }
}

async function findProcesses(wanted: readonly string[], spared: ReadonlySet<number>) {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const items = wanted.map((item) => Buffer.from(`\0${item}\0`));
  const found: Found[] = [];
  for (const [index, pid] of pids.entries()) {
    // Asynchronous reads would cost ten times as much; a pause now and then lets others go on.
    if (index % batch === batch - 1) await delay(1);
    const each = spared.has(pid) ? undefined : inspect(pid, items);
    if (each !== undefined) found.push(each);
  }
  return found;
}

interface Found extends ReapedProcess {
  readonly identity: ProcessIdentity;
}

function inspect(pid: number, items: readonly Buffer[]): Found | undefined {
  try {
    const environment = readEnvironment(pid);
    if (environment === undefined || !items.every((item) => environment.includes(item))) return undefined;
    // A zombie keeps its pid but has no environment left to read.
    const identity = identifyProcess(pid);
    if (identity === undefined) return undefined;
    const command = readFileSync(`/proc/${pid}/cmdline`, "latin1").replaceAll("\0", " ").trim().slice(0, 200);
    return { pid, identity, command };
  } catch {
    return undefined;
  }
}

/** The variables of a process, each between NULs; only good until the next call. */
function readEnvironment(pid: number): Buffer | undefined {
  const file = openSync(`/proc/${pid}/environ`, "r");
  try {
    let length = 1;
    for (;;) {
      const read = readSync(file, buffer, length, buffer.length - 1 - length, null);
      if (read === 0) break;
      length += read;
      if (length < buffer.length - 1) continue;
      const larger = Buffer.alloc(buffer.length * 2);
      buffer.copy(larger);
      buffer = larger;
    }
    buffer[length] = 0;
    return length === 1 ? undefined : buffer.subarray(0, length + 1);
  } finally {
    closeSync(file);
  }
}
