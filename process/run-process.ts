import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants, statSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import type { ProcessOutcome } from "../domain/outcome.ts";
import { recordGroup } from "./group-records.ts";
import { raceAgainst } from "./race-against.ts";
import { drainOutput, readOutput } from "./read-output.ts";
import { settlesWithin, signalGroup, stopGroup, trackGroup } from "./process-group.ts";

export interface ProcessRequest {
  /** Executable and arguments, or a shell command line for `/bin/sh -c`. */
  readonly command: { readonly file: string; readonly args: readonly string[] } | { readonly shell: string };
  readonly cwd: string;
  /** The child's whole environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly stdin?: string | Uint8Array | AsyncIterable<Uint8Array>;
  /** Milliseconds until the process group is stopped. */
  readonly timeoutMs?: number;
  /** Milliseconds without a chunk of input or output until the process group is stopped. */
  readonly idleMs?: number;
  /** Aborting stops the process group and gives the outcome `canceled`. */
  readonly signal?: AbortSignal;
  /** Signals and the wait after each, the last one SIGKILL. */
  readonly stopWith?: readonly { readonly signal: NodeJS.Signals; readonly waitMs: number }[];
  /** Called for each chunk; the stream is paused while a returned promise is pending. */
  readonly onStdout?: (chunk: Buffer) => void | Promise<void>;
  readonly onStderr?: (chunk: Buffer) => void | Promise<void>;
  /** Bytes of the end of each stream that are kept. */
  readonly tailBytes?: number;
}

export interface ProcessResult {
  readonly outcome: ProcessOutcome;
  /** The last `tailBytes` of each stream. */
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  readonly durationMs: number;
}

type Ended = { readonly code: number | null; readonly signal: string | null };
type Stopping = { outcome?: ProcessOutcome; error?: unknown };

const defaultTailBytes = 65_536;
const defaultStop = [{ signal: "SIGTERM", waitMs: 3000 }] as const;
const graceMs = 500;

/**
 * Runs one command in its own process group and waits until the whole group is gone. Never rejects for what the child
 * does; rejects with the error of `stdin`'s source or of a consumer, after the group was killed.
 */
export async function runProcess(request: ProcessRequest): Promise<ProcessResult> {
  const startedAt = performance.now();
  const nothing = Buffer.alloc(0);
  const unstarted = (outcome: ProcessOutcome) => ({
    outcome,
    stdout: nothing,
    stderr: nothing,
    durationMs: performance.now() - startedAt,
  });
  if (request.signal?.aborted) return unstarted({ kind: "canceled" });
  const child = start(request);
  if ("failed" in child) return unstarted(await notStarted(request, child.failed));

  const forget = [trackGroup(child.pid), recordGroup(child.pid, request.env)];
  const exited = new Promise<Ended>((resolve) => child.once("exit", (code, signal) => resolve({ code, signal })));
  const stopping: Stopping = {};
  const stop = createStop(request, child.pid, { exited, stopping });
  const watch = watchLimits(request, stop);
  const fail = (error: unknown) => stop({ kind: "canceled" }, error);
  const limit = request.tailBytes ?? defaultTailBytes;
  const stdout = readOutput(child.stdout, limit, watch.hearing(request.onStdout));
  const stderr = readOutput(child.stderr, limit, watch.hearing(request.onStderr));
  stdout.done.catch(fail);
  stderr.done.catch(fail);
  const input = writeAll(child.stdin, request.stdin, { exited, watch }).catch(fail);
  try {
    const ended = await Promise.race([exited, stop.gaveUp]);
    await drainOutput([stdout, stderr], { group: child.pid, stopped: () => stopping.outcome !== undefined });
    await settlesWithin(input, graceMs);
    if (stopping.error !== undefined) throw stopping.error;
    const outcome = stopping.outcome ?? outcomeOf(ended);
    return { outcome, stdout: stdout.tail(), stderr: stderr.tail(), durationMs: performance.now() - startedAt };
  } finally {
    signalGroup(child.pid, "SIGKILL");
    watch.end();
    for (const each of forget) each();
  }
}

interface Child extends ChildProcess {
  readonly pid: number;
  readonly stdout: Readable;
  readonly stderr: Readable;
}

/** Node's own spawn: what a library adds to it is a fifth of the time of a short process. */
function start(request: ProcessRequest): Child | { readonly failed: Promise<unknown> } {
  const { file, args } = "shell" in request.command ? { file: "/bin/sh", args: ["-c", request.command.shell] } : request.command;
  const { cwd, env, stdin } = request;
  try {
    const stdio = [stdin === undefined ? "ignore" : "pipe", "pipe", "pipe"] as const;
    const child = spawn(file, args, { cwd, env, detached: true, stdio: [...stdio] });
    const failed = new Promise((resolve) => child.on("error", resolve));
    return child.pid === undefined ? { failed } : (child as Child);
  } catch (error) {
    return { failed: Promise.resolve(error) };
  }
}

async function notStarted(request: ProcessRequest, failed: Promise<unknown>): Promise<ProcessOutcome> {
  const result = Object(await failed) as object;
  const code = ("code" in result && typeof result.code === "string" ? result.code : undefined) ?? "UNKNOWN";
  const file = "shell" in request.command ? "/bin/sh" : request.command.file;
  return { kind: "notStarted", code, message: startProblem(code, file, request.cwd) };
}

function startProblem(code: string, file: string, cwd: string): string {
  if (!isDirectory(cwd)) return `cannot run ${file}: the working directory ${cwd} does not exist`;
  switch (code) {
    case "ENOENT":
      return file.includes("/")
        ? `${file} does not exist, or the interpreter in its first line does not`
        : `${file}: command not found on PATH`;
    case "EACCES":
      if (!canEnter(cwd)) return `cannot run ${file}: the working directory ${cwd} cannot be entered (permission denied)`;
      return `${file} is not executable (permission denied)`;
    case "ENOEXEC":
      return `${file} is not a program for this machine and has no #! line`;
    case "E2BIG":
      return `${file}: arguments and environment are too long for this system`;
    case "EAGAIN":
    case "EMFILE":
    case "ENFILE":
      return `cannot start ${file}: the system is out of processes or file handles (${code})`;
    default:
      return `cannot start ${file} (${code})`;
  }
}

function canEnter(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

interface Stop {
  (outcome: ProcessOutcome, error?: unknown): void;
  /** Settles when the child outlived even SIGKILL, so that nobody waits for it forever. */
  readonly gaveUp: Promise<Ended>;
}

function createStop(request: ProcessRequest, group: number, state: { exited: Promise<Ended>; stopping: Stopping }): Stop {
  let giveUp: (ended: Ended) => void = () => undefined;
  const gaveUp = new Promise<Ended>((resolve) => {
    giveUp = resolve;
  });
  const stop = (outcome: ProcessOutcome, error?: unknown) => {
    if (error !== undefined) state.stopping.error ??= error;
    if (state.stopping.outcome !== undefined) return;
    state.stopping.outcome = outcome;
    void stopGroup(group, request.stopWith ?? defaultStop, state.exited).then(() => giveUp({ code: null, signal: "SIGKILL" }));
  };
  return Object.assign(stop, { gaveUp });
}

interface Watch {
  /** Begins the idle time anew. */
  moved(): void;
  /** A consumer whose chunks count as movement. */
  hearing(consumer: ProcessRequest["onStdout"]): (chunk: Buffer) => void | Promise<void>;
  end(): void;
}

function watchLimits({ timeoutMs, idleMs, signal }: ProcessRequest, stop: Stop): Watch {
  const onAbort = () => stop({ kind: "canceled" });
  signal?.addEventListener("abort", onAbort, { once: true });
  const stopAfter = (afterMs: number | undefined) =>
    afterMs === undefined ? undefined : setTimeout(() => stop({ kind: "timedOut", afterMs }), Math.min(afterMs, 2 ** 31 - 1));
  const timer = stopAfter(timeoutMs);
  const idle = stopAfter(idleMs);
  const moved = () => void idle?.refresh();
  return {
    moved,
    hearing: (consumer) => (chunk) => {
      moved();
      return consumer?.(chunk);
    },
    end() {
      clearTimeout(timer);
      clearTimeout(idle);
      signal?.removeEventListener("abort", onAbort);
    },
  };
}

async function writeAll(
  stream: Writable | null,
  stdin: ProcessRequest["stdin"],
  { exited, watch }: { readonly exited: Promise<Ended>; readonly watch: Watch },
): Promise<void> {
  if (stream === null || stdin === undefined) return;
  // A child that does not read its input (EPIPE) is no failure.
  stream.on("error", () => undefined);
  if (typeof stdin === "string" || stdin instanceof Uint8Array) {
    stream.end(stdin);
    return;
  }
  const source = stdin[Symbol.asyncIterator]();
  const untilExit = raceAgainst(exited);
  while (stream.writable) {
    const next = await untilExit(source.next());
    watch.moved();
    if (next === undefined || next.done) break;
    if (!stream.write(next.value)) await untilExit(once(stream, "drain").catch(() => undefined));
  }
  stream.end();
  void source.return?.()?.catch(() => undefined);
}

function outcomeOf({ code, signal }: Ended): ProcessOutcome {
  if (signal !== null) return { kind: "signaled", signal };
  if (code !== null) return { kind: "exited", code };
  return { kind: "signaled", signal: "unknown" };
}
