import { readFile, readdir } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { identifyProcess, isAlive } from "./process-identity.ts";

export interface ReapedProcess {
  readonly pid: number;
  /** Its command line, bounded. */
  readonly command: string;
}

const rounds = 50;
const roundMs = 20;

/**
 * Kills every process whose environment holds all the given variables, whatever group or session it fled to, until none
 * is left. Never this process or its parent. Only Linux tells other processes' environments: elsewhere it finds nothing.
 */
export async function reapProcesses(markers: Readonly<Record<string, string>>): Promise<ReapedProcess[]> {
  const wanted = Object.entries(markers).map(([name, value]) => `${name}=${value}`);
  if (process.platform !== "linux" || wanted.length === 0) return [];
  const spared = new Set([1, process.pid, process.ppid]);
  const killed = new Map<number, string>();
  for (let round = 0; round < rounds; round += 1) {
    const found = await findProcesses(wanted, spared);
    if (found.length === 0) break;
    for (const each of found) {
      if (each.identity !== undefined && isAlive(each.identity)) kill(each.pid);
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
  const found = await Promise.all(pids.filter((pid) => !spared.has(pid)).map((pid) => inspect(pid, wanted)));
  return found.filter((each) => each !== undefined);
}

async function inspect(pid: number, wanted: readonly string[]) {
  try {
    const identity = identifyProcess(pid);
    // A zombie keeps its pid but has no environment left to read.
    if (identity === undefined) return undefined;
    const environment = (await readFile(`/proc/${pid}/environ`, "latin1")).split("\0");
    if (!wanted.every((item) => environment.includes(item))) return undefined;
    const command = (await readFile(`/proc/${pid}/cmdline`, "latin1")).replaceAll("\0", " ").trim().slice(0, 200);
    return { pid, identity, command };
  } catch {
    return undefined;
  }
}
