import type { JudgeInput, PlannerInput, ReviewInput, WorkerInput } from "./agent-schema.ts";
import { problemAt, type RuleProblem } from "./rule-problem.ts";
import type { Path } from "./source.ts";

type CalledAgent = WorkerInput | PlannerInput | ReviewInput;

const modelKeys = ["provider", "base_url", "api_key_env"] as const;
const commandKeys = ["bin", "run"] as const;
const agentKeys = ["args", "env"] as const;

/** Rules of an agent that is a program. */
export function workerRules(worker: CalledAgent | undefined, path: Path): RuleProblem[] {
  return worker === undefined ? [] : commandRules(worker, path);
}

export function judgeRules(judge: JudgeInput | undefined, path: Path): RuleProblem[] {
  if (judge === undefined) return [];
  const report = (key: string, text: string) => problemAt([...path, key], text);
  const given = (keys: readonly (keyof JudgeInput)[]) =>
    keys.filter((key) => judge[key] !== undefined && !(Array.isArray(judge[key]) && judge[key].length === 0));
  if (judge.use === "none") {
    return given([...modelKeys, ...commandKeys, ...agentKeys, "model", "price"]).map((key) =>
      report(key, "has no meaning with use: none"),
    );
  }
  if (judge.use !== "model") {
    return [...given(modelKeys).map((key) => report(key, "is only for use: model")), ...commandRules(judge, path)];
  }
  const problems = given([...commandKeys, ...agentKeys]).map((key) => report(key, "has no meaning with use: model"));
  if (judge.model === undefined)
    problems.push(report("model", "is required with use: model: name the model, such as gpt-5.5-mini"));
  return problems;
}

function commandRules(agent: CalledAgent | JudgeInput, path: Path): RuleProblem[] {
  const report = (key: string, text: string) => problemAt([...path, key], text);
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
