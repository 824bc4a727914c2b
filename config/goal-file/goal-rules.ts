import type { JudgeInput, WorkerInput } from "./agent-schema.ts";
import type { GoalInput } from "./schema.ts";
import type { Path } from "./source.ts";

/** Sections of the goal file that are right by themselves; a section with a problem of its own is absent. */
export type Sections = { readonly [K in keyof GoalInput]?: GoalInput[K] | undefined };

export interface RuleProblem {
  readonly path: Path;
  /** Begins with the dotted path of what it is about. */
  readonly text: string;
}

/** What no single section can know about itself. */
export function goalRules(sections: Sections): RuleProblem[] {
  return [
    ...oracleRule(sections),
    ...nameRule(sections),
    ...workerRules(sections.agents?.worker),
    ...judgeRules(sections.agents?.judge),
    ...budgetRules(sections),
  ];
}

function oracleRule({ verify, agents }: Sections): RuleProblem[] {
  if (verify === undefined || verify.length > 0 || agents?.judge.use !== "none") return [];
  return [{ path: [], text: "nothing can tell when the goal is achieved: add verify (a command) or agents.judge" }];
}

function nameRule({ verify = [] }: Sections): RuleProblem[] {
  const seen = new Map<string, number>();
  const problems: RuleProblem[] = [];
  for (const [index, check] of verify.entries()) {
    if (typeof check === "string" || check.name === undefined) continue;
    const first = seen.get(check.name);
    if (first === undefined) seen.set(check.name, index);
    else {
      const text = `verify.${index}.name "${check.name}" is already the name of verify.${first}; give each check its own`;
      problems.push({ path: ["verify", index, "name"], text });
    }
  }
  return problems;
}

const modelKeys = ["provider", "base_url", "api_key_env"] as const;
const commandKeys = ["bin", "run"] as const;
const agentKeys = ["args", "env"] as const;

function workerRules(worker: WorkerInput | undefined): RuleProblem[] {
  return worker === undefined ? [] : commandRules("worker", worker);
}

function judgeRules(judge: JudgeInput | undefined): RuleProblem[] {
  if (judge === undefined) return [];
  const report = (key: string, text: string) => ({ path: ["agents", "judge", key], text: `agents.judge.${key} ${text}` });
  const given = (keys: readonly (keyof JudgeInput)[]) =>
    keys.filter((key) => judge[key] !== undefined && !(Array.isArray(judge[key]) && judge[key].length === 0));
  if (judge.use === "none") {
    return given([...modelKeys, ...commandKeys, ...agentKeys, "model", "price"]).map((key) =>
      report(key, "has no meaning with use: none"),
    );
  }
  if (judge.use !== "model") {
    return [...given(modelKeys).map((key) => report(key, "is only for use: model")), ...commandRules("judge", judge)];
  }
  const problems = given([...commandKeys, ...agentKeys]).map((key) => report(key, "has no meaning with use: model"));
  if (judge.model === undefined)
    problems.push(report("model", "is required with use: model: name the model, such as gpt-5.5-mini"));
  return problems;
}

function commandRules(role: "worker" | "judge", agent: WorkerInput | JudgeInput): RuleProblem[] {
  const report = (key: string, text: string) => ({ path: ["agents", role, key], text: `agents.${role}.${key} ${text}` });
  if (agent.use !== "command") {
    return agent.run === undefined ? [] : [report("run", `is only for use: command; for ${agent.use} set bin and args`)];
  }
  if (agent.run === undefined && agent.bin === undefined) {
    return [report("run", "is required with use: command: a shell command line, or set bin and args")];
  }
  if (agent.run !== undefined && agent.bin !== undefined) return [report("run", "and bin exclude each other; keep one")];
  if (agent.run !== undefined && agent.args.length > 0)
    return [report("args", "has no meaning beside run; put it into the command line")];
  return [];
}

function budgetRules({ budget }: Sections): RuleProblem[] {
  if (budget === undefined) return [];
  const problems: RuleProblem[] = [];
  for (const limit of ["time", "wall_time"] as const) {
    const longest = budget[limit];
    if (budget.turn_time !== undefined && longest !== undefined && budget.turn_time > longest) {
      const text = `budget.turn_time is longer than budget.${limit}: one turn could use up more than everything`;
      problems.push({ path: ["budget", "turn_time"], text });
    }
  }
  return problems;
}
