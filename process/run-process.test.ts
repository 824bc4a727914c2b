import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { identifyProcess } from "./process-identity.ts";
import { runProcess, type ProcessRequest } from "./run-process.ts";

const env = { PATH: process.env["PATH"] ?? "" };
const run = (command: ProcessRequest["command"], more: Partial<ProcessRequest> = {}) =>
  runProcess({ command, cwd: "/tmp", env, ...more });

test("an exit code is reported as it is", async () => {
  expect((await run({ shell: "exit 7" })).outcome).toEqual({ kind: "exited", code: 7 });
});

test("a killed child is never an exit code", async () => {
  expect((await run({ shell: "kill -9 $$" })).outcome).toEqual({ kind: "signaled", signal: "SIGKILL" });
});

test("the environment is exactly the given one", async () => {
  const result = await runProcess({ command: { file: "/usr/bin/env", args: [] }, cwd: "/tmp", env: { A: "1" } });
  expect(result.stdout.toString()).toBe("A=1\n");
});

test("a missing program, a plain file and a missing folder are told apart", async () => {
  expect((await run({ file: "no-such-program", args: [] })).outcome).toMatchObject({
    kind: "notStarted",
    code: "ENOENT",
    message: "no-such-program: command not found on PATH",
  });
  expect((await run({ file: "/etc/passwd", args: [] })).outcome).toMatchObject({ kind: "notStarted", code: "EACCES" });
  const elsewhere = await run({ shell: "true" }, { cwd: "/no/such/folder" });
  expect(elsewhere.outcome).toMatchObject({ kind: "notStarted", message: expect.stringContaining("/no/such/folder") });
});

test("a timeout kills a child that ignores SIGTERM, and its children", async () => {
  const result = await run(
    { shell: "trap '' TERM; sleep 60 & echo $!; sleep 60; sleep 60" },
    { timeoutMs: 100, stopWith: [{ signal: "SIGTERM", waitMs: 100 }] },
  );
  expect(result.outcome).toEqual({ kind: "timedOut", afterMs: 100 });
  expect(identifyProcess(Number(result.stdout.toString()))).toBeUndefined();
});

test("an idle limit stops a child that is silent, however long one may take that moves", async () => {
  const silent = await run({ shell: "echo begun; sleep 60" }, { idleMs: 300 });
  expect(silent.outcome).toEqual({ kind: "timedOut", afterMs: 300 });
  async function* slowly() {
    for (const chunk of ["one ", "two ", "three "]) {
      await delay(400);
      yield Buffer.from(chunk);
    }
  }
  const moving = await run(
    { shell: "cat >/dev/null; for i in 1 2 3; do sleep 0.4; echo $i; done" },
    { stdin: slowly(), idleMs: 1500 },
  );
  expect(moving.outcome).toEqual({ kind: "exited", code: 0 });
  expect(moving.durationMs).toBeGreaterThan(1500);
});

test("aborting gives canceled, even when the child then exits with 0", async () => {
  const abort = new AbortController();
  const running = run(
    { shell: "trap 'exit 0' INT; echo ready; while :; do sleep 0.05; done" },
    { signal: abort.signal, stopWith: [{ signal: "SIGINT", waitMs: 2000 }], onStdout: () => abort.abort() },
  );
  expect((await running).outcome).toEqual({ kind: "canceled" });
  expect((await run({ shell: "true" }, { signal: abort.signal })).outcome).toEqual({ kind: "canceled" });
});

test("a grandchild that holds the pipes open does not hold up the end and dies", async () => {
  const result = await run({ shell: "sleep 60 & echo $!" });
  expect(result.outcome).toEqual({ kind: "exited", code: 0 });
  expect(result.durationMs).toBeLessThan(2000);
  expect(identifyProcess(Number(result.stdout.toString()))).toBeUndefined();
});

test("a grandchild that fled the group does not hold up the end either", async () => {
  const result = await run({ shell: "setsid sleep 5 & echo done" });
  expect(result.stdout.toString()).toBe("done\n");
  expect(result.durationMs).toBeLessThan(2500);
});

test("only the end of a long output is kept", async () => {
  const result = await run({ shell: "head -c 50000000 /dev/zero; echo end" }, { tailBytes: 1000 });
  expect(result.stdout.length).toBe(1000);
  expect(result.stdout.subarray(-4).toString()).toBe("end\n");
});

test("a slow consumer gets every byte, in order, one chunk at a time", async () => {
  let bytes = 0;
  let active = 0;
  await run(
    { shell: "head -c 400000 /dev/zero" },
    {
      onStdout: async (chunk) => {
        active += 1;
        expect(active).toBe(1);
        await delay(100);
        bytes += chunk.length;
        active -= 1;
      },
    },
  );
  expect(bytes).toBe(400_000);
});

test("input that nobody reads is harmless", async () => {
  const result = await run({ shell: "exit 3" }, { stdin: Buffer.alloc(5_000_000) });
  expect(result.outcome).toEqual({ kind: "exited", code: 3 });
});

test("input streams in, and the error of its source stops the child", async () => {
  async function* broken() {
    yield Buffer.from("one");
    throw new Error("source failed");
  }
  async function* whole() {
    yield Buffer.from("one ");
    yield Buffer.from("two");
  }
  expect((await run({ shell: "cat" }, { stdin: whole() })).stdout.toString()).toBe("one two");
  await expect(run({ shell: "cat; sleep 60" }, { stdin: broken() })).rejects.toThrow("source failed");
});

test("a consumer's error stops the child and is thrown", async () => {
  const failing = run(
    { shell: "echo x; sleep 60" },
    {
      onStdout: () => {
        throw new Error("consumer failed");
      },
    },
  );
  await expect(failing).rejects.toThrow("consumer failed");
});
