import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Check } from "../../domain/goal.ts";
import { runChecks, type CheckEvent, type ChecksRequest } from "./run-checks.ts";

let cwd: string;
let logs: Buffer[];
let events: CheckEvent[];

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "baton verify-"));
  logs = [];
  events = [];
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

const check = (run: string, more: Partial<Check> = {}): Check => ({ name: "tests", run, timeoutMs: 10_000, ...more });

function run(checks: readonly Check[], more: Partial<ChecksRequest> = {}) {
  return runChecks({
    thread: "cart-7f3k",
    turn: 3,
    commit: "c0ffee",
    checks,
    cwd,
    env: { PATH: process.env["PATH"] ?? "", BATON_HOST: `test-${process.pid}` },
    best: {},
    signal: new AbortController().signal,
    onEvent: (event) => events.push(event),
    saveLog: async (content) => `log-${logs.push(content)}`,
    ...more,
  });
}

async function only(line: string, more: Partial<Check> = {}, request: Partial<ChecksRequest> = {}) {
  const { checks } = await run([check(line, more)], request);
  return checks[0];
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !readFileSync(`/proc/${pid}/stat`, "latin1").includes(") Z ");
  } catch {
    return false;
  }
}

describe("verification", () => {
  test("runs every check in order and tells which failed", async () => {
    const verification = await run([
      check("echo fine", { name: "lint" }),
      check("echo broken >&2; exit 3"),
      check("true", { name: "silent" }),
    ]);
    expect(verification).toMatchObject({ commit: "c0ffee", passed: 2, of: 3, failed: ["tests"] });
    expect(verification.checks).toMatchObject([
      { name: "lint", status: "passed", tail: "fine", log: "log-1" },
      { name: "tests", status: "failed", reason: "exit code 3", tail: "broken", log: "log-2" },
      { name: "silent", status: "passed" },
    ]);
    expect(verification.checks[2]).not.toHaveProperty("log");
    expect(verification.signature).toMatch(/^[0-9a-f]{16}$/);
    expect(events.map((event) => `${event.kind} ${event.name}`)).toEqual([
      "check started lint",
      "check lint",
      "check started tests",
      "check tests",
      "check started silent",
      "check silent",
    ]);
  });

  test("gives each check its own variables besides those of all, and never reads them as commands", async () => {
    const hostile = "a b; $(touch pwned)\n'\"`id`=${task.name}";
    const print = 'printf "%s" "${BATON_TASK_PATH}"; test -z "$BATON_TASK_OTHER"';
    const { checks } = await run([
      check(print, { name: "one", env: [`BATON_TASK_PATH=${hostile}`] }),
      check(print, { name: "two", env: ["BATON_TASK_PATH=x"] }),
      check('test -z "$BATON_TASK_PATH" && test -n "$BATON_HOST" && test -n "$PATH"', { name: "none" }),
    ]);
    expect(checks.map(({ status, tail }) => [status, tail])).toEqual([
      ["passed", hostile],
      ["passed", "x"],
      ["passed", undefined],
    ]);
    expect(existsSync(join(cwd, "pwned"))).toBe(false);
  });

  test("gives the same signature for the same failure and none when all passed", async () => {
    const flaky = check('echo "FAIL cart after $(date +%N) ms in $$"; exit 1');
    const [one, other, fine] = [await run([flaky]), await run([flaky]), await run([check("true")])];
    expect(one.signature).toBe(other.signature);
    expect(fine.signature).toBe("");
  });

  test("gives the same signature for tasks that fail alike, each on its own file", async () => {
    const own = (name: string) =>
      check('cat "$BATON_TASK_NAME.txt"; echo "in $PWD"; exit 1', { name: `cat ${name}`, env: [`BATON_TASK_NAME=${name}`] });
    const names = ["cart", "b", "very-long-name".repeat(9)];
    const ran = await Promise.all(names.map((name) => run([own(name)], { thread: `${name.slice(0, 24)}-0123abcd` })));
    expect(new Set(ran.map(({ signature }) => signature)).size).toBe(1);
    expect(ran[0]?.checks[0]).toMatchObject({ name: "cat cart", tail: expect.stringContaining("cart.txt") as string });
    const other = await run([{ ...own("cart"), run: "exit 1" }]);
    expect(other.signature).not.toBe(ran[0]?.signature);
  });

  test("stops a check that hangs, with all it started", async () => {
    const result = await only("sleep 300 & echo $!; wait", { timeoutMs: 300 });
    expect(result).toMatchObject({ status: "timed out", reason: "timed out after 300 ms" });
    await vi.waitFor(() => expect(isRunning(Number(result?.tail))).toBe(false));
  });

  test("kills a daemon that a check left behind in its group", async () => {
    const result = await only("sleep 300 & echo $!");
    expect(result?.status).toBe("passed");
    await vi.waitFor(() => expect(isRunning(Number(result?.tail))).toBe(false));
  });

  test.runIf(process.platform === "linux")("kills a daemon that fled into its own session", async () => {
    const result = await only("setsid sh -c 'echo $$ > pid; exec sleep 300' >/dev/null 2>&1 & while [ ! -s pid ]; do :; done");
    expect(result?.status).toBe("passed");
    await vi.waitFor(() => expect(isRunning(Number(readFileSync(join(cwd, "pid"), "utf8")))).toBe(false));
  });

  test.each([
    ["no-such-command-of-ours --all", { status: "not run", reason: "command not found (exit code 127)" }],
    ["touch x; ./x", { status: "not run", reason: "command not executable (exit code 126)" }],
    ["kill -9 $$", { status: "failed", reason: "killed by SIGKILL (out of memory?)" }],
    ["kill -TERM $$", { status: "failed", reason: "killed by SIGTERM" }],
  ])("tells what became of %s", async (line, expected) => {
    expect(await only(line)).toMatchObject(expected);
  });

  test("does not run what cannot be started", async () => {
    expect(await only("true", {}, { cwd: join(cwd, "gone") })).toMatchObject({ status: "not run" });
  });

  test("keeps the start and the end of 100 MB and a small tail", async () => {
    const result = await only("echo first; head -c 100000000 /dev/zero | tr '\\0' 'x'; echo; echo last");
    expect(result?.status).toBe("passed");
    expect(Buffer.byteLength(result?.tail ?? "")).toBeLessThanOrEqual(1024);
    const log = logs[0]?.toString("latin1") ?? "";
    expect(log.length).toBeLessThan(16.1 * 1024 * 1024);
    expect(log.startsWith("first\nxxx")).toBe(true);
    expect(log.endsWith("xxx\nlast\n")).toBe(true);
    expect(log).toMatch(/\[cut: \d{8} bytes are missing here\]/);
  });

  test("cleans the tail and keeps all tails together small", async () => {
    const noisy = "i=0; while [ $i -lt 400 ]; do printf '\\033[31mline %s \\377\\007\\n' $i; i=$((i+1)); done; exit 1";
    const { checks } = await run(Array.from({ length: 8 }, (_, index) => check(noisy, { name: `check ${index}` })));
    const tails = checks.map(({ tail }) => tail ?? "");
    expect(tails.reduce((sum, tail) => sum + Buffer.byteLength(tail), 0)).toBeLessThanOrEqual(16 * 1024);
    expect(tails.every((tail) => tail.endsWith("line 399 \ufffd"))).toBe(true);
  });

  test("lets a check write to the checkout, and the next one see it", async () => {
    const { passed } = await run([check("echo built > out"), check("grep built out", { name: "next" })]);
    expect(passed).toBe(2);
    expect(existsSync(join(cwd, "out"))).toBe(true);
  });

  test("stops when canceled and does not run the rest", async () => {
    const cancel = new AbortController();
    const onEvent = () => cancel.abort("shutdown");
    const { checks } = await run([check("sleep 300"), check("true", { name: "next" })], { signal: cancel.signal, onEvent });
    expect(checks).toMatchObject([
      { status: "not run", reason: "canceled" },
      { name: "next", status: "not run", reason: "canceled" },
    ]);
  });

  test("gives the environment it was given and nothing else", async () => {
    const { checks } = await run([check("env | sort")]);
    expect(checks[0]?.tail).toContain("BATON_CHECK=cart-7f3k/3/1");
    expect(checks[0]?.tail).not.toContain("VITEST");
  });
});

describe("a check with a metric", () => {
  const speed = { source: { kind: "match", pattern: "p95=([\\d.]+)" }, unit: "ms", atMost: 50 } as const;

  test.each([
    ["echo p95=48.5", { status: "passed", metric: { value: 48.5, unit: "ms", atMost: 50, best: 48.5 } }],
    ["echo p95=61 >&2", { status: "failed", reason: "61 ms, wanted at most 50 ms", metric: { value: 61, best: 55 } }],
    ["echo none", { status: "failed", reason: "no metric found: nothing in the output matches p95=([\\d.]+)" }],
    ["echo p95=10; exit 1", { status: "failed", reason: "exit code 1", metric: { value: 10, best: 10 } }],
  ])("%s", async (line, expected) => {
    expect(await only(line, { metric: speed }, { best: { tests: 55 } })).toMatchObject(expected);
  });

  test("reads JSON from standard output alone", async () => {
    const metric = { source: { kind: "json", path: "cov[0].pct" }, atLeast: 80 } as const;
    const result = await only(`echo 'run'; echo '{"cov":[{"pct":81}]}'; echo '{"cov":[]}' >&2`, { metric });
    expect(result).toMatchObject({ status: "passed", metric: { value: 81, atLeast: 80 } });
  });

  test("survives a pattern that backtracks without end", async () => {
    const metric = { source: { kind: "match", pattern: "(?:x+x+)+y(\\d)" }, atMost: 1 } as const;
    const result = await only("head -c 5000 /dev/zero | tr '\\0' 'x'", { metric });
    expect(result).toMatchObject({ status: "failed", reason: expect.stringContaining("took longer than 1 s") });
  });
});
