import { homedir } from "node:os";
import { resolve } from "node:path";
import { firstChars } from "../../domain/bounded-text.ts";
import type { AgentCommand, Budget, Check, FailureStrategy, Judge, MetricSpec, WorkerAgent } from "../../domain/goal.ts";
import type { Planner, Reviewer } from "../../domain/fan-out/fan-out.ts";
import type { JudgeInput, PlannerInput, ReviewInput, WorkerInput } from "./agent-schema.ts";
import { parseDuration } from "./quantities.ts";
import type { GoalInput } from "./schema.ts";
import { defaultTime, defaultTurns } from "./section-schemas.ts";
import type { CheckInput } from "./verify-schema.ts";

const defaultTurnTimeMs = 45 * 60_000;
const defaultTimeoutMs = 10 * 60_000;

type AgentInput = WorkerInput | JudgeInput | PlannerInput | ReviewInput;
type BudgetInput = GoalInput["budget"];
type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** Leaves out what is undefined, as exact optional properties want it. */
export function defined<T extends object>(values: T): Partial<Defined<T>> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<Defined<T>>;
}

/** Checks of the goal file, each with a name of its own. */
export function toChecks(items: GoalInput["verify"]): Check[] {
  const checks = items.map((item): CheckInput => (typeof item === "string" ? { run: item, timeout: defaultTimeoutMs } : item));
  const taken = new Set(checks.flatMap((check) => check.name ?? []));
  return checks.map((check) => {
    const name = check.name ?? freeName(check.run, taken);
    taken.add(name);
    return {
      name,
      run: check.run,
      timeoutMs: check.timeout,
      ...(check.metric === undefined ? {} : { metric: toMetric(check.metric) }),
    };
  });
}

function freeName(run: string, taken: ReadonlySet<string>): string {
  const first = run.split("\n", 1)[0]?.trim() ?? run;
  const name = firstChars(first, 60);
  let free = name;
  for (let number = 2; taken.has(free); number += 1) free = `${name} (${number})`;
  return free;
}

function toMetric(metric: NonNullable<CheckInput["metric"]>): MetricSpec {
  const { match, json = "" } = metric;
  return {
    source: match === undefined ? { kind: "json", path: json } : { kind: "match", pattern: match },
    ...defined({ unit: metric.unit, atMost: metric.at_most, atLeast: metric.at_least }),
  };
}

export function toWorker(agent: WorkerInput, folder: string): WorkerAgent {
  return { use: agent.use, ...toCommand(agent, folder) };
}

export function toPlanner(agent: PlannerInput, folder: string): Planner {
  return { use: agent.use, ...toCommand(agent, folder), timeoutMs: agent.timeout };
}

export function toReviewer(agent: ReviewInput, folder: string): Reviewer {
  const { use, instructions, rounds, timeout } = agent;
  return { use, ...toCommand(agent, folder), ...defined({ instructions }), rounds, timeoutMs: timeout };
}

function toCommand(agent: AgentInput, folder: string): AgentCommand {
  const { model, price } = agent;
  const call =
    agent.run === undefined
      ? { bin: absolute(agent.bin, folder), args: agent.args }
      : { bin: "/bin/sh", args: ["-c", agent.run] };
  return { args: call.args, env: agent.env, ...defined({ model, price, bin: call.bin }) };
}

/** A name stays a name, to be looked up on the host's PATH. */
function absolute(bin: string | undefined, folder: string): string | undefined {
  if (bin === undefined || !bin.includes("/")) return bin;
  return bin.startsWith("~/") ? resolve(homedir(), bin.slice(2)) : resolve(folder, bin);
}

export function toJudge(judge: JudgeInput, folder: string): Judge {
  if (judge.use === "none") return { use: "none" };
  if (judge.use !== "model") return { use: judge.use, ...toCommand(judge, folder), timeoutMs: judge.timeout };
  return {
    use: "model",
    provider: judge.provider ?? "openai-compatible",
    model: judge.model ?? "",
    timeoutMs: judge.timeout,
    ...defined({ baseUrl: judge.base_url, apiKeyEnv: judge.api_key_env, price: judge.price }),
  };
}

/** Limits with their defaults: the usual ones, or none for what many threads share. */
export function toBudget(budget: BudgetInput, defaults: "usual" | "unlimited"): Budget {
  const usual = defaults === "usual" ? { turns: defaultTurns, time: parseDuration(defaultTime) } : {};
  const { turns = usual.turns, time = usual.time } = budget;
  const longest = Math.min(time ?? Number.POSITIVE_INFINITY, budget.wall_time ?? Number.POSITIVE_INFINITY);
  return {
    ...defined({ turns, timeMs: time, wallTimeMs: budget.wall_time }),
    ...defined({ tokens: budget.tokens, usd: budget.usd, files: budget.files }),
    turnTimeMs: budget.turn_time ?? Math.min(defaultTurnTimeMs, longest),
  };
}

export function toFailureStrategy(input: GoalInput["on_failure"]): FailureStrategy {
  // oxlint-disable-next-line unicorn/no-thenable -- the goal's own word; never awaited
  return { sameFailure: input.same_failure, noProgress: input.no_progress, then: input.then };
}
