import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { recordGroup } from "./group-records.ts";
import { identifyProcess, isAlive } from "./process-identity.ts";
import { reapProcesses } from "./reap.ts";
import { runProcess } from "./run-process.ts";

let folder: string;
const started: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "baton-groups-"));
});
afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

const markersOf = (thread: string) => ({ BATON_HOST_DIR: folder, BATON_THREAD: thread });
const records = () => readdirSync(join(folder, "groups"));

/** A group of its own, recorded by a host that does not come to forgetting it. */
async function orphan(thread: string, script = "echo ready; sleep 60; :") {
  const child = spawn("/bin/sh", ["-c", script], { detached: true, stdio: ["ignore", "pipe", "ignore"] });
  started.push(child);
  await once(child.stdout, "data");
  const pid = child.pid ?? 0;
  recordGroup(pid, { PATH: "/bin", ...markersOf(thread) }, "records");
  return { child, pid, identity: identifyProcess(pid)! };
}

test("a recorded group is ended with all its members, and no other thread's", async () => {
  const [mine, other] = [await orphan("t1", "sleep 60 & echo ready; wait"), await orphan("t2")];
  const killed = await reapProcesses(markersOf("t1"), "records");
  expect(killed.map(({ pid }) => pid)).toContain(mine.pid);
  expect(killed).toHaveLength(2);
  expect([mine, other].map(({ identity }) => isAlive(identity))).toEqual([false, true]);
  expect(records()).toEqual([`${other.pid}.json`]);
  expect(await reapProcesses(markersOf("t1"), "records")).toEqual([]);
});

test("a group whose leader has ended is still known", async () => {
  const { child, pid } = await orphan("t1", "sleep 60 > /dev/null & echo ready");
  if (child.exitCode === null) await once(child, "exit");
  expect(identifyProcess(pid)).toBeUndefined();
  expect(await reapProcesses(markersOf("t1"), "records")).toMatchObject([{ command: "sleep 60" }]);
});

test("a pid that was given to another process since is left alone", async () => {
  const { pid, identity } = await orphan("t1");
  const record = { group: pid, startedAt: Date.now() - 60_000, markers: markersOf("t1") };
  writeFileSync(join(folder, "groups", `${pid}.json`), JSON.stringify(record));
  expect(await reapProcesses(markersOf("t1"), "records")).toEqual([]);
  expect(isAlive(identity)).toBe(true);
  expect(records()).toEqual([]);
});

test("a group from before the machine was started again is left alone", async () => {
  const { child, pid } = await orphan("t1", "sleep 60 > /dev/null & echo $!");
  if (child.exitCode === null) await once(child, "exit");
  const record = { group: pid, startedAt: 1_000, markers: markersOf("t1") };
  writeFileSync(join(folder, "groups", `${pid}.json`), JSON.stringify(record));
  expect(await reapProcesses(markersOf("t1"), "records")).toEqual([]);
  process.kill(-pid, "SIGKILL");
});

test.runIf(process.platform === "linux")("nothing is recorded where environments tell", async () => {
  await runProcess({ command: { shell: "true" }, cwd: folder, env: markersOf("t1") });
  expect(existsSync(join(folder, "groups"))).toBe(false);
});
