import { lastBytes } from "../../domain/bounded-text.ts";
import { cleanText } from "../../domain/clean-text.ts";
import type { Check } from "../../domain/goal.ts";
import { measure, type Measurement } from "../../domain/metric.ts";
import { describeProcess, type ProcessOutcome } from "../../domain/outcome.ts";
import type { CheckResult, CheckStatus } from "../../domain/verification.ts";
import { reapProcesses } from "../../process/reap.ts";
import { runProcess, type ProcessResult } from "../../process/run-process.ts";
import { boundedLog, type BoundedLog } from "./bounded-log.ts";
import { readMetricInTime } from "./read-metric-in-time.ts";
import { shellScript } from "../shell-script.ts";
import { markersIn } from "../thread-markers.ts";

const logBytes = 16 * 1024 * 1024;
const tailBytes = 4 * 1024;
/** Terminal sequences are taken out of the tail, so more than a tail is read to fill it. */
const rawTailBytes = 16 * 1024;
const patternBytes = 256 * 1024;
const jsonBytes = 4 * 1024 * 1024;

interface CheckRequest {
  readonly check: Check;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly best: Readonly<Record<string, number>>;
  readonly signal: AbortSignal;
  /** Identity in the environment of everything the check starts, to find what it leaves behind. */
  readonly marker: string;
  saveLog(content: Buffer): Promise<string | undefined>;
}

interface Judged {
  readonly status: CheckStatus;
  readonly reason?: string;
}

/** Runs one check in its own process group; nothing of it runs on afterwards. The tail is cleaned text of at most 4 KiB. */
export async function runCheck(request: CheckRequest): Promise<CheckResult> {
  const { check } = request;
  const log = boundedLog(logBytes);
  const result = await runAndReap(request, log);
  const measurement = ranToItsEnd(result.outcome) ? measured(request, log, result.stdout) : undefined;
  const { status, reason } = judged(result.outcome, measurement);
  const tail = tailOf(log);
  const saved = log.tail(1).length === 0 ? undefined : await request.saveLog(log.content());
  return {
    name: check.name,
    status,
    durationMs: Math.round(result.durationMs),
    ...(reason === undefined ? {} : { reason }),
    ...(measurement === undefined ? {} : { metric: measurement.metric }),
    ...(tail === "" ? {} : { tail }),
    ...(saved === undefined ? {} : { log: saved }),
  };
}

async function runAndReap(request: CheckRequest, log: BoundedLog): Promise<ProcessResult> {
  const { check, cwd, signal } = request;
  const env = { ...request.env, BATON_CHECK: request.marker };
  try {
    return await runProcess({
      command: { shell: shellScript(check.run) },
      cwd,
      env,
      timeoutMs: check.timeoutMs,
      signal,
      stopWith: [
        { signal: "SIGTERM", waitMs: 2000 },
        { signal: "SIGKILL", waitMs: 2000 },
      ],
      onStdout: (chunk) => log.append(chunk),
      onStderr: (chunk) => log.append(chunk),
      tailBytes: check.metric?.source.kind === "json" ? jsonBytes : 1,
    });
  } finally {
    // A daemon leaves the process group; the host's id keeps another host's check of the same name alive.
    const host = markersIn(request.env, ["BATON_HOST", "BATON_HOST_DIR"]);
    await reapProcesses({ BATON_CHECK: request.marker, ...host });
  }
}

function ranToItsEnd(outcome: ProcessOutcome): boolean {
  return outcome.kind === "exited" && outcome.code !== 126 && outcome.code !== 127;
}

function measured(request: CheckRequest, log: BoundedLog, stdout: Buffer): Measurement | undefined {
  const spec = request.check.metric;
  if (spec === undefined) return undefined;
  const output = { stdout: stdout.toString("utf8"), all: cleanText(log.tail(patternBytes).toString("utf8")) };
  return measure(spec, readMetricInTime(spec.source, output), request.best[request.check.name]);
}

function judged(outcome: ProcessOutcome, measurement: Measurement | undefined): Judged {
  switch (outcome.kind) {
    case "exited":
      if (outcome.code === 127) return { status: "not run", reason: "command not found (exit code 127)" };
      if (outcome.code === 126) return { status: "not run", reason: "command not executable (exit code 126)" };
      if (outcome.code !== 0) return { status: "failed", reason: describeProcess(outcome) };
      return measurement?.failure === undefined ? { status: "passed" } : { status: "failed", reason: measurement.failure };
    case "signaled":
      return { status: "failed", reason: describeProcess(outcome) };
    case "timedOut":
      return { status: "timed out", reason: describeProcess(outcome) };
    case "canceled":
    case "notStarted":
      return { status: "not run", reason: describeProcess(outcome) };
  }
}

function tailOf(log: BoundedLog): string {
  return lastBytes(cleanText(log.tail(rawTailBytes).toString("utf8")).trimEnd(), tailBytes);
}
