import { randomUUID } from "node:crypto";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCheck } from "../../activities/checks/run-check.ts";
import { shellScript } from "../../activities/shell-script.ts";
import { keepEnd } from "../../domain/bounded-text.ts";
import { cleanText } from "../../domain/clean-text.ts";
import type { Check, Goal } from "../../domain/goal.ts";
import { describeProcess } from "../../domain/outcome.ts";
import type { CheckResult } from "../../domain/verification.ts";
import { git } from "../../git/git.ts";
import { childEnvironment } from "../../process/agent-environment.ts";
import { reapProcesses } from "../../process/reap.ts";
import { runProcess } from "../../process/run-process.ts";
import type { Base } from "./inspect-base.ts";
import type { Trial } from "./report.ts";

/** A setup that takes longer than this is not waited for. */
const setupTimeoutMs = 30 * 60_000;

export interface TrialRequest {
  readonly base: Base;
  readonly goal: Goal;
  readonly host: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Told before each wait. */
  onStep(text: string): void;
}

/** Runs setup and every check once in a clean checkout of its own, which is gone afterwards. */
export async function tryCommands(request: TrialRequest): Promise<Trial> {
  const folder = await mkdtemp(join(await realpath(tmpdir()), "baton-check-"));
  try {
    const cwd = join(folder, "checkout");
    request.onStep("making a clean checkout");
    await checkOut(request, cwd);
    return await runAll(request, { cwd, id: `check-${randomUUID()}` });
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Objects are shared with the repository, which itself is only read. */
async function checkOut({ base, signal }: TrialRequest, cwd: string): Promise<void> {
  await git(["clone", "--quiet", "--shared", "--no-checkout", "--no-tags", "--", base.root, cwd], { cwd: base.root, signal });
  await git(["checkout", "--quiet", "--detach", base.commit], { cwd, signal });
}

interface Place {
  readonly cwd: string;
  /** Marks every process of this trial. */
  readonly id: string;
}

async function runAll(request: TrialRequest, place: Place): Promise<Trial> {
  const { goal, host } = request;
  const { env } = childEnvironment({ host, markers: { BATON_THREAD: place.id, BATON_TURN: "0", BATON_HOST: place.id } });
  const setup = goal.setup === undefined ? null : await runSetup({ ...request, env }, place, goal.setup);
  if (setup !== null && !setup.ok) return { setup, checks: [] };
  const checks = await runEach({ ...request, env }, place, goal.verify);
  const ofMerges = goal.fanOut?.merge.verify ?? [];
  if (ofMerges.length === 0) return { setup, checks };
  const resultOf = (check: Check) => checks[goal.verify.findIndex(({ run }) => run === check.run)];
  const others = await runEach(
    { ...request, env },
    place,
    ofMerges.filter((check) => resultOf(check) === undefined),
  );
  return { setup, checks, mergeChecks: ofMerges.flatMap((check) => resultOf(check) ?? others.shift() ?? []) };
}

async function runEach(request: PlacedRequest, { cwd, id }: Place, checks: readonly Check[]): Promise<CheckResult[]> {
  const { env, signal } = request;
  const results: CheckResult[] = [];
  for (const check of checks) {
    if (signal.aborted) break;
    request.onStep(`running ${check.name}`);
    const marker = `${id}/${results.length}`;
    results.push(await runCheck({ check, cwd, env, best: {}, signal, marker, saveLog: async () => undefined }));
  }
  return results;
}

type PlacedRequest = TrialRequest & { readonly env: Readonly<Record<string, string>> };

async function runSetup(request: PlacedRequest, { cwd, id }: Place, run: string): Promise<Trial["setup"]> {
  request.onStep(`running setup: ${run}`);
  const { env, signal } = request;
  const marker = { BATON_CHECK: `${id}/setup` };
  try {
    const ran = await runProcess({
      command: { shell: shellScript(run) },
      cwd,
      env: { ...env, ...marker },
      timeoutMs: setupTimeoutMs,
      signal,
    });
    const { outcome } = ran;
    const ok = outcome.kind === "exited" && outcome.code === 0;
    const tail = keepEnd(cleanText(Buffer.concat([ran.stdout, ran.stderr]).toString("utf8")).trim(), 2048);
    return {
      run,
      ok,
      durationMs: Math.round(ran.durationMs),
      ...(ok ? {} : { reason: describeProcess(outcome) }),
      ...(ok || tail === "" ? {} : { tail }),
    };
  } finally {
    await reapProcesses(marker);
  }
}
