import { uptime } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { forgetGroup, hostFolderVariable, recordedGroups, type RecordedGroup } from "./group-records.ts";
import { signalGroup } from "./process-group.ts";
import type { ReapedProcess } from "./reaped-process.ts";
import { runProcess } from "./run-process.ts";

interface Listed extends ReapedProcess {
  readonly group: number;
  /** Milliseconds since 1970, to the second. */
  readonly startedAt: number;
}

const rounds = 50;
const roundMs = 20;
const listMs = 10_000;
/** What the clocks of `ps` and of a record may differ by. */
const toleranceMs = 3_000;

/** Kills the recorded process groups that have all the given markers, until nothing of them is left. */
export async function reapGroups(markers: Readonly<Record<string, string>>): Promise<ReapedProcess[]> {
  const records = recordedGroups(markers);
  const killed = new Map<number, string>();
  for (let round = 0; records.length > 0 && round < rounds; round += 1) {
    const listed = await listProcesses();
    const found = records.flatMap((record) => membersOf(record, listed));
    if (found.length === 0) break;
    for (const { pid, group, command } of found) {
      signalGroup(group, "SIGKILL");
      killed.set(pid, command);
    }
    await delay(roundMs);
  }
  for (const { group } of records) forgetGroup(markers[hostFolderVariable] ?? "", group);
  return [...killed].map(([pid, command]) => ({ pid, command }));
}

/** None when the group's number was given to others since. */
function membersOf({ group, startedAt }: RecordedGroup, listed: readonly Listed[]): Listed[] {
  const members = listed.filter((each) => each.group === group);
  const leader = members.find(({ pid }) => pid === group);
  // As long as one of them lives the number is taken, unless the machine was started again.
  const since = leader?.startedAt ?? startedAt;
  const same = Math.abs(since - startedAt) <= toleranceMs && startedAt > Date.now() - uptime() * 1_000;
  return same ? members : [];
}

async function listProcesses(): Promise<Listed[]> {
  const { stdout } = await runProcess({
    command: { file: "ps", args: ["-A", "-o", "pid=,pgid=,state=,lstart=,args="] },
    cwd: "/",
    env: { PATH: process.env["PATH"] ?? "", LC_ALL: "C", TZ: "UTC0" },
    timeoutMs: listMs,
    tailBytes: 64 * 1024 * 1024,
  });
  return stdout.toString("latin1").split("\n").flatMap(parseLine);
}

function parseLine(line: string): Listed[] {
  const [, pid, group, state, started, command = ""] =
    /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(\w+\s+\w+\s+\w+\s+[\d:]+\s+\d+)\s*(.*)$/.exec(line) ?? [];
  if (state === undefined || state.startsWith("Z")) return [];
  return [{ pid: Number(pid), group: Number(group), startedAt: Date.parse(`${started} UTC`), command: command.slice(0, 200) }];
}
