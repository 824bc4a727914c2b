import { judgeRules, workerRules } from "./agent-rules.ts";
import { fanOutRules } from "./fan-out-rules.ts";
import { parseDuration } from "./quantities.ts";
import type { RuleProblem } from "./rule-problem.ts";
import { budgetRules, nameRule } from "./section-rules.ts";
import { defaultTime } from "./section-schemas.ts";
import type { GoalInput } from "./schema.ts";

/** Sections of the goal file that are right by themselves; a section with a problem of its own is absent. */
export type Sections = { readonly [K in keyof GoalInput]?: GoalInput[K] | undefined };

/** What no single section can know about itself. */
export function goalRules(sections: Sections): RuleProblem[] {
  const { agents, verify = [], budget, review, fan_out: fanOut } = sections;
  return [
    ...oracleRule(sections),
    ...nameRule(verify, ["verify"]),
    ...workerRules(agents?.worker, ["agents", "worker"]),
    ...judgeRules(agents?.judge, ["agents", "judge"]),
    ...workerRules(agents?.planner, ["agents", "planner"]),
    ...workerRules(review, ["review"]),
    ...budgetRules(budget, ["budget"], fanOut === undefined ? parseDuration(defaultTime) : undefined),
    ...(fanOut === undefined ? [] : fanOutRules(fanOut, agents)),
  ];
}

function oracleRule({ verify, agents, fan_out: fanOut }: Sections): RuleProblem[] {
  if (verify === undefined || verify.length > 0 || agents === undefined || agents.judge.use !== "none") return [];
  // What the subagents are measured by is run on everything merged as well.
  if (fanOut !== undefined && fanOut.template.verify.length + fanOut.merge.verify.length > 0) return [];
  return [{ path: [], text: "nothing can tell when the goal is achieved: add verify (a command) or agents.judge" }];
}
