import { readGoalFile } from "../../config/goal-file/read-goal-file.ts";
import { guessCost } from "../../domain/cost-guess.ts";
import { reviewGoal } from "../../domain/goal-review.ts";
import { reviewTemplate } from "../../domain/fan-out/template-review.ts";
import { inspectBase } from "./inspect-base.ts";
import { probeAgents } from "./probe-agents.ts";
import type { PreflightReport } from "./report.ts";
import { summarizeFanOut } from "./summarize-fan-out.ts";
import { trialFindings } from "./trial-findings.ts";
import { tryCommands } from "./try-commands.ts";

export interface PreflightRequest {
  readonly path: string;
  /** A folder of the repository. */
  readonly cwd: string;
  readonly host: Readonly<Record<string, string | undefined>>;
  /** Whether setup and the checks are run. */
  readonly run: boolean;
  readonly signal: AbortSignal;
  onStep(text: string): void;
}

/** Everything that can be known about a goal before work on it begins. Throws a `GoalFile` failure for an invalid file. */
export async function preflight(request: PreflightRequest): Promise<PreflightReport> {
  const { host } = request;
  const { goal, path } = await readGoalFile(request.path);
  const inspected = await inspectBase(request.cwd, { goal, path });
  request.onStep("asking the agents for their version");
  const probed = await probeAgents(goal, host);
  const { base } = inspected;
  const trial = base !== undefined && request.run ? await tryCommands({ ...request, base, goal }) : null;
  const findings = [
    ...inspected.findings,
    ...reviewGoal(goal),
    ...(goal.fanOut === undefined ? [] : reviewTemplate(goal.fanOut)),
    ...probed.findings,
    ...(trial === null ? [] : trialFindings(goal, trial)),
  ];
  const verifyMs = trial?.checks.reduce((sum, check) => sum + check.durationMs, 0) ?? 0;
  return {
    path,
    ok: !findings.some((finding) => finding.severity === "error"),
    goal: goal.goal,
    repository: base ?? null,
    findings,
    trial,
    agents: probed.agents,
    ...(goal.fanOut === undefined ? {} : { fanOut: summarizeFanOut(goal.fanOut) }),
    cost: guessCost(goal, verifyMs),
  };
}
