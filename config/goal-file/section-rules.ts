import { problemAt, type RuleProblem } from "./rule-problem.ts";
import type { GoalInput } from "./schema.ts";
import type { Path } from "./source.ts";

/** Two checks with one name could not be told apart. */
export function nameRule(verify: GoalInput["verify"], path: Path): RuleProblem[] {
  const seen = new Map<string, number>();
  const problems: RuleProblem[] = [];
  for (const [index, check] of verify.entries()) {
    if (typeof check === "string" || check.name === undefined) continue;
    const first = seen.get(check.name);
    if (first === undefined) seen.set(check.name, index);
    else {
      const text = `"${check.name}" is already the name of ${path.join(".")}.${first}; give each check its own`;
      problems.push(problemAt([...path, index, "name"], text));
    }
  }
  return problems;
}

/** `usualTimeMs` holds where the budget names no time. */
export function budgetRules(budget: GoalInput["budget"] | undefined, path: Path, usualTimeMs?: number): RuleProblem[] {
  const { turn_time: turnTime, time = usualTimeMs, wall_time: wallTime } = budget ?? {};
  const limits = { time, wall_time: wallTime };
  return Object.entries(limits).flatMap(([limit, longest]) => {
    if (turnTime === undefined || longest === undefined || turnTime <= longest) return [];
    const text = `is longer than ${path.join(".")}.${limit}: one turn could use up more than everything`;
    return [problemAt([...path, "turn_time"], text)];
  });
}
