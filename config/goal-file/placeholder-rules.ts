import { firstChars } from "../../domain/bounded-text.ts";
import { fieldsUsedIn, taskFieldPattern } from "../../domain/fan-out/task-fields.ts";
import { problemAt, type RuleProblem } from "./rule-problem.ts";
import type { Path } from "./source.ts";
import { suggest } from "./suggest.ts";
import { toTask } from "../tasks/to-task.ts";

/** Nothing in a goal file is nested deeper; aliases could make it seem so. */
const deepest = 12;

const renderedInTemplate =
  /^(goal|background|setup|((done|risk|scope\.allow|scope\.protect)\.\d+)|verify\.\d+(\.(name|run))?|agents\.(worker|judge)\.run|review\.(run|instructions))$/;
const renderedInRace = /^\d+\.run$/;

/** A `${task.field}` of the file. */
interface Use {
  readonly path: Path;
  readonly field: string;
}

/** Whether each `${task.field}` of the file's plain values stands where it is replaced, and by what there is. */
export function placeholderRules(value: unknown): RuleProblem[] {
  const { fan_out: fanOut, ...rest } = asRecord(value);
  if (fanOut === undefined) return [];
  const { template, race, tasks, files, ...others } = asRecord(fanOut);
  const inside = [
    ...usesIn(template, ["fan_out", "template"], renderedInTemplate),
    ...usesIn(race, ["fan_out", "race"], renderedInRace),
  ];
  const outside = [...strayUses(rest, []), ...strayUses(others, ["fan_out"]), ...strayUses(files, ["fan_out", "files"])];
  const uses = inside.flatMap((one) => ("field" in one ? [one] : []));
  const known = Array.isArray(tasks) ? listRules(uses, tasks) : files === undefined ? [] : fileRules(uses);
  return [...outside, ...inside.flatMap((one) => ("field" in one ? [] : [one])), ...known];
}

function strayUses(value: unknown, path: Path): RuleProblem[] {
  return textsIn(value, path).flatMap(({ path, text }) =>
    fieldsUsedIn(text)
      .slice(0, 1)
      .map((field) => problemAt(path, `uses ${shown(field)} outside of fan_out.template, where there is no task`)),
  );
}

function usesIn(value: unknown, path: Path, rendered: RegExp): (Use | RuleProblem)[] {
  return textsIn(value, path).flatMap(({ path: at, text }) =>
    [...new Set(fieldsUsedIn(text))].map((field) => {
      if (!taskFieldPattern.test(field)) {
        return problemAt(at, `uses ${shown(field)}, which is no name of a field: small letters, digits, underscores`);
      }
      if (rendered.test(at.slice(path.length).join("."))) return { path: at, field };
      return problemAt(at, `uses ${shown(field)}, which is replaced in texts and shell commands only`);
    }),
  );
}

function listRules(uses: readonly Use[], items: readonly unknown[]): RuleProblem[] {
  const tasks = items.flatMap((item, index) => {
    const made = toTask(item);
    return "task" in made ? [{ index, fields: made.task.fields }] : [];
  });
  // What is wrong with the tasks themselves is told elsewhere, and is the first thing to mend.
  if (tasks.length === 0 || tasks.length < items.length) return [];
  const known = [...new Set(tasks.flatMap((task) => Object.keys(task.fields)))];
  const foreign = uses.filter(({ field }) => !known.includes(field));
  const wanted = new Map(uses.filter(({ field }) => known.includes(field)).map((use) => [use.field, use]));
  const lacking = tasks.flatMap(({ index, fields }) =>
    [...wanted.values()]
      .filter(({ field }) => !Object.hasOwn(fields, field))
      .map(({ field, path }) => problemAt(["fan_out", "tasks", index], `has no ${field}, which ${path.join(".")} uses`)),
  );
  return [...foreign.map((use) => unknownField(use, known, "which no task has")), ...lacking];
}

function fileRules(uses: readonly Use[]): RuleProblem[] {
  const known = ["path", "name"];
  return uses
    .filter(({ field }) => !known.includes(field))
    .map((use) => unknownField(use, known, "but tasks from files have only a path"));
}

function unknownField({ path, field }: Use, known: readonly string[], why: string): RuleProblem {
  const near = suggest(field, known);
  return problemAt(path, `uses ${shown(field)}, ${why}${near === undefined ? "" : `; did you mean ${near}?`}`);
}

function shown(field: string): string {
  return `\${task.${firstChars(field, 40)}}`;
}

function textsIn(value: unknown, path: Path): { readonly path: Path; readonly text: string }[] {
  if (typeof value === "string") return value.includes("${task.") ? [{ path, text: value }] : [];
  if (typeof value !== "object" || value === null || path.length > deepest) return [];
  const entries: [PropertyKey, unknown][] = Array.isArray(value)
    ? value.map((item, index) => [index, item])
    : Object.entries(value);
  return entries.flatMap(([key, item]) => textsIn(item, [...path, key]));
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
