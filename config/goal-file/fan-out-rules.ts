import { judgeRules, workerRules } from "./agent-rules.ts";
import type { FanOutInput } from "./fan-out-schema.ts";
import { parseDuration } from "./quantities.ts";
import { problemAt, type RuleProblem } from "./rule-problem.ts";
import type { GoalInput } from "./schema.ts";
import { budgetRules, nameRule } from "./section-rules.ts";
import { defaultTime } from "./section-schemas.ts";
import type { Path } from "./source.ts";
import { taskListProblem } from "../tasks/task-list-problem.ts";
import { listedTasks } from "./to-fan-out.ts";

const path: Path = ["fan_out"];
const inTemplate: Path = ["fan_out", "template"];

/** What the parts of a fan-out have to do with each other and with the goal's agents. */
export function fanOutRules(fanOut: FanOutInput, agents: GoalInput["agents"] | undefined): RuleProblem[] {
  const { template, merge, race = [] } = fanOut;
  return [
    ...sourceRules(fanOut, agents),
    ...oracleRule(fanOut, agents),
    ...nameRule(template.verify, [...inTemplate, "verify"]),
    ...nameRule(merge.verify, [...path, "merge", "verify"]),
    ...workerRules(template.agents.worker, [...inTemplate, "agents", "worker"]),
    ...judgeRules(template.agents.judge, [...inTemplate, "agents", "judge"]),
    ...workerRules(template.review, [...inTemplate, "review"]),
    ...race.flatMap((racer, index) => (typeof racer === "string" ? [] : workerRules(racer, [...path, "race", index]))),
    ...budgetRules(template.budget, [...inTemplate, "budget"], parseDuration(defaultTime)),
  ];
}

function sourceRules({ tasks, planner }: FanOutInput, agents: GoalInput["agents"] | undefined): RuleProblem[] {
  if (planner !== undefined && agents !== undefined && agents.planner === undefined) {
    return [problemAt([...path, "planner"], "needs agents.planner, such as { use: claude }")];
  }
  const problem = tasks === undefined ? undefined : taskListProblem(listedTasks(tasks));
  return problem === undefined ? [] : [problemAt([...path, "tasks"], problem)];
}

function oracleRule({ template }: FanOutInput, agents: GoalInput["agents"] | undefined): RuleProblem[] {
  const judge = template.agents.judge ?? agents?.judge;
  if (judge === undefined || judge.use !== "none" || template.verify.length > 0) return [];
  const text = "has nothing that tells when a task is achieved: add verify (a command) or agents.judge";
  return [problemAt(inTemplate, text)];
}
