import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { identifyProcess, isAlive } from "./process-identity.ts";
import { reapProcesses } from "./reap.ts";

test.runIf(process.platform === "linux")("a process that fled its group is found by its markers and killed", async () => {
  const host = `reap-test-${process.pid}`;
  const env = { PATH: process.env["PATH"], BATON_HOST: host, BATON_THREAD: "t1" };
  const child = spawn("/bin/sh", ["-c", "setsid sleep 60 & echo $!; wait"], { env, stdio: ["ignore", "pipe", "ignore"] });
  const other = spawn("sleep", ["60"], { env: { ...env, BATON_THREAD: "t2" } });
  await once(child.stdout, "data");
  const identity = identifyProcess(child.pid ?? 0);
  expect(identity && isAlive(identity)).toBe(true);

  const killed = await reapProcesses({ BATON_HOST: host, BATON_THREAD: "t1" });

  expect(killed.length).toBeGreaterThanOrEqual(2);
  expect(killed.map((each) => each.pid)).toContain(child.pid);
  expect(identity && isAlive(identity)).toBe(false);
  expect(identifyProcess(other.pid ?? 0)).toBeDefined();
  other.kill("SIGKILL");
  expect(await reapProcesses({ BATON_HOST: host, BATON_THREAD: "t1" })).toEqual([]);
});

test("a pid with another start time is another process", () => {
  const self = identifyProcess(process.pid);
  expect(self && isAlive(self)).toBe(true);
  expect(isAlive({ pid: process.pid, startTime: "1" })).toBe(false);
});
