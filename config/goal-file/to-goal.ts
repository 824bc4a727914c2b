import { homedir } from "node:os";
import { resolve } from "node:path";
import type { AgentCommand, Budget, Check, Goal, Judge, MetricSpec } from "../../domain/goal.ts";
import type { JudgeInput, WorkerInput } from "./agent-schema.ts";
import type { GoalInput } from "./schema.ts";
import type { CheckInput } from "./verify-schema.ts";

const defaultTurnTimeMs = 45 * 60_000;
const defaultTimeoutMs = 10 * 60_000;

/** The validated file as the domain knows it. Relative executables start at `folder`. */
export function toGoal(input: GoalInput, folder: string): Goal {
  const { on_failure: onFailure } = input;
  return {
    goal: input.goal,
    ...defined({ background: input.background, setup: input.setup }),
    scope: input.scope,
    done: input.done,
    verify: toChecks(input.verify),
    agents: {
      worker: { use: input.agents.worker.use, ...toCommand(input.agents.worker, folder) },
      judge: toJudge(input.agents.judge, folder),
    },
    budget: toBudget(input.budget),
    // oxlint-disable-next-line unicorn/no-thenable -- the goal's own word; never awaited
    onFailure: { sameFailure: onFailure.same_failure, noProgress: onFailure.no_progress, then: onFailure.then },
    risk: input.risk,
    deliver: defined(input.deliver),
    ...(input.host.labels.length === 0 ? {} : { placement: { labels: [...new Set(input.host.labels)] } }),
  };
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** Leaves out what is undefined, as exact optional properties want it. */
function defined<T extends object>(values: T): Partial<Defined<T>> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<Defined<T>>;
}

function toChecks(items: GoalInput["verify"]): Check[] {
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
  const name = first.length > 60 ? `${first.slice(0, 59)}…` : first;
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

function toCommand(agent: WorkerInput | JudgeInput, folder: string): AgentCommand {
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

function toJudge(judge: JudgeInput, folder: string): Judge {
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

function toBudget(budget: GoalInput["budget"]): Budget {
  const turnTimeMs = budget.turn_time ?? Math.min(defaultTurnTimeMs, budget.time, budget.wall_time ?? Number.POSITIVE_INFINITY);
  return {
    turns: budget.turns,
    timeMs: budget.time,
    ...defined({ wallTimeMs: budget.wall_time, tokens: budget.tokens, usd: budget.usd, files: budget.files }),
    turnTimeMs,
  };
}
