import { lastBytes } from "../../domain/bounded-text.ts";
import { failureSignature } from "../../domain/failure-signature.ts";
import { maskValues, taskValues } from "../../domain/fan-out/mask-values.ts";
import type { Check } from "../../domain/goal.ts";
import type { TranscriptEvent } from "../../domain/transcript.ts";
import type { CheckResult, Verification } from "../../domain/verification.ts";
import { parseEnvironmentItems } from "../../process/agent-environment.ts";
import { runCheck } from "./run-check.ts";

/** Bytes of tails in one verification; it travels through the Workflow's history. */
const tailBytesInAll = 16 * 1024;
const tailBytesEach = 4 * 1024;
const tailBytesOfPassed = 1024;

export type CheckEvent = Extract<TranscriptEvent, { readonly kind: "check started" | "check" }>;

export interface ChecksRequest {
  readonly thread: string;
  readonly turn: number;
  /** The commit that is checked out in `cwd`. */
  readonly commit: string;
  readonly checks: readonly Check[];
  /** Absolute path of the clean checkout. */
  readonly cwd: string;
  /** The checks' environment, allowlist and markers applied; a check's own `env` is added to it. */
  readonly env: Readonly<Record<string, string>>;
  /** Best metric values of the thread so far, by check name. */
  readonly best: Readonly<Record<string, number>>;
  /** Aborted: the running check is stopped, those after it are not run. */
  readonly signal: AbortSignal;
  onEvent(event: CheckEvent): void;
  /** Stores one check's log and names it; undefined when it could not be kept and that shall not matter. */
  saveLog(content: Buffer): Promise<string | undefined>;
}

/** Runs the goal's checks in order, every one of them. Rejects only when `saveLog` does. */
export async function runChecks(request: ChecksRequest): Promise<Verification> {
  const startedAt = performance.now();
  const ran: CheckResult[] = [];
  for (const [index, check] of request.checks.entries()) ran.push(await runAndTell(request, check, index));
  const checks = boundTails(ran);
  const failed = checks.filter((check) => check.status !== "passed").map((check) => check.name);
  return {
    commit: request.commit,
    passed: checks.length - failed.length,
    of: checks.length,
    failed,
    checks,
    signature: failureSignature(checks.map((result, index) => asOfAnyTask(request, request.checks[index], result))),
    activeMs: Math.round(performance.now() - startedAt),
  };
}

async function runAndTell(request: ChecksRequest, check: Check, index: number): Promise<CheckResult> {
  if (request.signal.aborted) return { name: check.name, status: "not run", reason: "canceled", durationMs: 0 };
  request.onEvent({ kind: "check started", name: check.name });
  const env = { ...request.env, ...parseEnvironmentItems(check.env ?? []).set };
  const result = await runCheck({ ...request, env, check, marker: `${request.thread}/${request.turn}/${index + 1}` });
  const { name, status, durationMs, reason, metric } = result;
  request.onEvent({
    kind: "check",
    name,
    status,
    durationMs,
    ...(reason === undefined ? {} : { reason }),
    ...(metric === undefined ? {} : { metric }),
  });
  return result;
}

/** What a check of one task found, told as that of another would be: a command names the variables of fields, not their values. */
function asOfAnyTask({ thread, cwd }: ChecksRequest, check: Check | undefined, result: CheckResult): CheckResult {
  const values = taskValues(check?.env ?? []);
  if (check === undefined || values.length === 0) return result;
  const masked = (text = "") => maskValues(text, [...values, ["<checkout>", cwd], ["<thread>", thread]]);
  return { ...result, name: check.run, reason: masked(result.reason), tail: masked(result.tail) };
}

/** Failures share the room for tails first; what is left goes to the checks that passed. */
function boundTails(checks: readonly CheckResult[]): CheckResult[] {
  const failing = checks.filter((check) => check.status !== "passed").length;
  const each = Math.min(tailBytesEach, Math.floor(tailBytesInAll / Math.max(1, failing)));
  const left = tailBytesInAll - each * failing;
  const eachPassed = Math.min(tailBytesOfPassed, Math.floor(left / Math.max(1, checks.length - failing)));
  return checks.map((check) => {
    const { tail, ...rest } = check;
    const room = check.status === "passed" ? eachPassed : each;
    const kept = tail === undefined ? "" : endWithin(tail, room);
    return kept === "" ? rest : { ...rest, tail: kept };
  });
}

/** The end of a text in whole characters, at a line's start where one is near. */
function endWithin(text: string, bytes: number): string {
  const end = lastBytes(text, bytes);
  if (end === text) return text;
  const newline = end.indexOf("\n");
  return newline >= 0 && newline < end.length / 2 ? end.slice(newline + 1) : end;
}
