import { randomUUID } from "node:crypto";
import { execFileSync } from "node:child_process";
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Runs `work` while no other process of this machine holds the lock file; a holder that died does not count. */
export async function withLock(file, work, { onWait = () => {}, waitMs = 20 * 60_000 } = {}) {
  const deadline = Date.now() + waitMs;
  mkdirSync(dirname(file), { recursive: true });
  for (let told = false; !tryLock(file);) {
    const holder = readHolder(file);
    // The lock of a dead process is gone by now.
    if (holder === undefined) continue;
    if (!told) onWait(holder.pid);
    told = true;
    if (Date.now() > deadline) throw new Error(`${file} is still held after ${Math.round(waitMs / 60_000)} min`);
    await sleep(200);
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function tryLock(file) {
  // A link appears with its content complete, so that nobody ever reads a half-written holder.
  const mine = `${file}.${randomUUID()}`;
  writeFileSync(mine, JSON.stringify({ pid: process.pid, started: startOf(process.pid) }));
  try {
    linkSync(mine, file);
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    removeStale(file);
    return false;
  } finally {
    rmSync(mine, { force: true });
  }
}

function removeStale(file) {
  const holder = readHolder(file);
  if (holder !== undefined && startOf(holder.pid) === holder.started) return;
  const aside = `${file}.${randomUUID()}`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  // Somebody may have replaced the stale lock between reading and renaming: give it back.
  const moved = readHolder(aside);
  if (moved !== undefined && startOf(moved.pid) === moved.started) {
    try {
      linkSync(aside, file);
    } catch {
      // A third one has it already; both then finish what they do, which is safe because the work is redone from its stamp.
    }
  }
  rmSync(aside, { force: true });
}

function readHolder(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

/** When a process started, in whatever form this system tells it; undefined when it is gone. */
export function startOf(pid) {
  try {
    if (process.platform === "linux") {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (fields[0] === "Z") return undefined;
      return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()}-${fields[19]}`;
    }
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim() || undefined;
  } catch {
    return undefined;
  }
}
