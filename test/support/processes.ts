import { readdirSync, readFileSync } from "node:fs";

export interface FoundProcess {
  readonly pid: number;
  readonly command: string;
}

/** Every process whose environment holds all of these `NAME=value` items; zombies have none left. Linux only. */
export function processesWith(...items: readonly string[]): FoundProcess[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    const environment = read(`/proc/${pid}/environ`);
    if (environment.length === 0 || !items.every((item) => environment.includes(item))) return [];
    return [{ pid: Number(pid), command: read(`/proc/${pid}/cmdline`).join(" ").trim() }];
  });
}

function read(path: string): string[] {
  try {
    return readFileSync(path, "latin1").split("\0");
  } catch {
    return [];
  }
}
