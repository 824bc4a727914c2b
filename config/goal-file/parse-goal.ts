import { dirname, resolve } from "node:path";
import { BatonFailure } from "../../domain/failure.ts";
import type { Goal } from "../../domain/goal.ts";
import { goalRules, type Sections } from "./goal-rules.ts";
import { placeholderRules } from "./placeholder-rules.ts";
import { goalSchema } from "./schema.ts";
import { schemaProblems } from "./schema-problems.ts";
import { readSource, type Problem, type Source } from "./source.ts";
import { toGoal } from "./to-goal.ts";

const shownProblems = 30;

/**
 * The goal that `text` describes. `fileName` names it in messages, and its folder is where relative executables start.
 * Throws one `GoalFile` failure that lists every problem as `file:line:column key what`.
 */
export function parseGoal(text: string, fileName: string): Goal {
  const source = readSource(text);
  if (source.value === undefined) throw goalFileFailure(fileName, source.problems);
  const parsed = goalSchema.safeParse(source.value);
  const problems = [...source.problems, ...schemaProblems(source, parsed.error?.issues ?? []), ...ruleProblems(source)];
  if (!parsed.success || problems.length > 0) throw goalFileFailure(fileName, problems);
  return toGoal(parsed.data, dirname(resolve(fileName)));
}

function ruleProblems(source: Source): Problem[] {
  const value = source.value as Record<string, unknown>;
  const sections = Object.fromEntries(
    Object.entries(goalSchema.shape).map(([key, schema]) => [key, schema.safeParse(value[key]).data]),
  ) as Sections;
  return [...goalRules(tellable(sections, value)), ...placeholderRules(value)].map(({ path, text }) => source.at(path, text));
}

/** While the fan-out cannot be read, nobody knows what it makes of checks and budget. */
function tellable(sections: Sections, value: Record<string, unknown>): Sections {
  if (value["fan_out"] === undefined || sections.fan_out !== undefined) return sections;
  const { verify: _verify, budget: _budget, ...rest } = sections;
  return rest;
}

function goalFileFailure(fileName: string, problems: readonly Problem[]): BatonFailure {
  const lines = problems
    .toSorted((a, b) => a.line - b.line || a.column - b.column)
    .map((problem) => `${fileName}:${problem.line}:${problem.column} ${problem.text}`);
  const unique = [...new Set(lines)];
  const more = unique.length - shownProblems;
  const shown = more > 0 ? [...unique.slice(0, shownProblems), `and ${more} more`] : unique;
  return new BatonFailure("GoalFile", shown.join("\n"), {
    next: `Mend ${unique.length === 1 ? "this" : "these"} and run baton check ${quoted(fileName)}. Every key: docs/goal-file.md`,
  });
}

function quoted(path: string): string {
  return /^[\w./@+-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}
