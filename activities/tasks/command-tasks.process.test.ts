import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { commandTasks, type TaskCommand } from "./command-tasks.ts";

let cwd: string;

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "baton tasks-"));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

function list(run: string, more: Partial<TaskCommand> = {}) {
  const markers = { BATON_HOST: `test-${process.pid}`, BATON_THREAD: cwd, BATON_TURN: "0" };
  const env = { PATH: process.env["PATH"] ?? "", ...markers };
  return commandTasks({ run, timeoutMs: 10_000, cwd, env, signal: new AbortController().signal, ...more });
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !readFileSync(`/proc/${pid}/stat`, "latin1").includes(") Z ");
  } catch {
    return false;
  }
}

test("lines and JSON objects are tasks", async () => {
  const tasks = await list(`echo src/a.ts; echo '{"path": "src/b.ts", "line": 7}'; echo '# a note'; echo warning >&2`);
  expect(tasks).toEqual([
    { name: "src/a.ts", fields: { name: "src/a.ts" } },
    { name: "src/b.ts", fields: { path: "src/b.ts", line: "7", name: "src/b.ts" } },
  ]);
});

test("a command of several lines ends at the first that fails", async () => {
  await expect(list("echo one\nfalse\necho two")).rejects.toMatchObject({ type: "TaskList" });
});

test.each([
  ["echo half; echo no such thing >&2; exit 3", /failed \(exit code 3\): .*\nhalf\nno such thing$/s],
  ["kill -9 $$", /failed \(killed by SIGKILL/],
  ["no-such-command-of-ours", /exit code 127.*not found/s],
])("%s is told with the end of what it said", async (run, message) => {
  await expect(list(run)).rejects.toMatchObject({
    type: "TaskList",
    where: "fan_out.command",
    message: expect.stringMatching(message),
  });
});

test.runIf(process.platform === "linux")("a command that never ends is stopped with all it started", async () => {
  const run = "setsid sh -c 'echo $$ > pid; exec sleep 300' & sleep 300";
  await expect(list(run, { timeoutMs: 500 })).rejects.toMatchObject({ message: expect.stringContaining("timed out") });
  await vi.waitFor(() => expect(isRunning(Number(readFileSync(join(cwd, "pid"), "utf8")))).toBe(false));
});

test("a command that is canceled fails", async () => {
  const cancel = new AbortController();
  const listing = list("sleep 300", { signal: cancel.signal });
  cancel.abort();
  await expect(listing).rejects.toMatchObject({ message: expect.stringContaining("canceled") });
});

test("a command that says too much is stopped at 8 MB", async () => {
  await expect(list("yes")).rejects.toMatchObject({ type: "TaskList", message: expect.stringContaining("8 MB") });
});

test("what is no list of tasks is refused", async () => {
  await expect(list("true")).rejects.toMatchObject({ type: "GoalFile", message: expect.stringContaining("no task") });
  await expect(list("echo jq: not found >&2")).rejects.toMatchObject({
    type: "GoalFile",
    message: expect.stringMatching(/no task.*\njq: not found$/),
  });
  await expect(list("seq 5000")).rejects.toMatchObject({ type: "GoalFile", message: expect.stringContaining("5000 tasks") });
  await expect(list("echo '{\"a\": '")).rejects.toMatchObject({ type: "GoalFile", message: expect.stringContaining("line 1") });
  await expect(list("printf 'a\\377b\\n'")).rejects.toMatchObject({
    type: "TaskList",
    message: expect.stringContaining("UTF-8"),
  });
});
