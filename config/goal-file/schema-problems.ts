import type { z } from "zod";
import { firstChars } from "../../domain/bounded-text.ts";
import { goalJsonSchema, goalKeys, keysAt } from "./schema-keys.ts";
import type { Path, Problem, Source } from "./source.ts";
import { suggest } from "./suggest.ts";

type Issue = z.core.$ZodIssue;

/** What zod found, as lines for people. */
export function schemaProblems(source: Source, issues: readonly Issue[]): Problem[] {
  return issues.flatMap((issue) => problemsOf(source, issue, []));
}

function problemsOf(source: Source, issue: Issue, parent: Path): Problem[] {
  const path = [...parent, ...issue.path];
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownKey(source, path, key));
  if (issue.code === "invalid_union") {
    const branch = fittingBranch(issue.errors);
    if (branch !== undefined) return branch.flatMap((inner) => problemsOf(source, inner, path));
  }
  const value = valueAt(source.value, path);
  const name = dotted(path);
  if (value === undefined) return [source.at(path, `${name} is required: ${issue.message}`)];
  const got = issue.message.startsWith("expected") ? `, got ${show(value)}${quoteHint(issue, value)}` : "";
  return [source.at(path, `${name} ${issue.message}${got}`)];
}

/** The only branch of a union whose kind of value was given. */
function fittingBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const fitting = branches.filter((issues) => !issues.some((issue) => issue.code === "invalid_type" && issue.path.length === 0));
  return fitting.length === 1 ? fitting[0] : undefined;
}

function unknownKey(source: Source, path: Path, key: string): Problem {
  const schema = goalJsonSchema();
  const known = keysAt(schema, path);
  const near = suggest(key, known);
  const elsewhere = goalKeys(schema).find((place) => place.key === key && place.path !== key && inSameGoal(place.path, path));
  const hint =
    near !== undefined
      ? `; did you mean ${near}?`
      : elsewhere !== undefined
        ? `; did you mean ${elsewhere.path}?`
        : `; known here: ${known.join(", ")}`;
  return source.atKey(path, key, `${dotted([...path, key])} is not a known key${hint}`);
}

/** A template has the keys of a goal once more; they are no hint for one of the goal's own. */
function inSameGoal(known: string, path: Path): boolean {
  return known.startsWith("fan_out.template.") === (path[0] === "fan_out" && path[1] === "template");
}

function quoteHint(issue: Issue, value: unknown): string {
  const wantsText = issue.code === "invalid_type" && issue.expected === "string";
  return wantsText && (typeof value === "number" || typeof value === "boolean") ? " (put it in quotes)" : "";
}

export function dotted(path: Path): string {
  return path.map(String).join(".");
}

export function valueAt(value: unknown, path: Path): unknown {
  let at = value;
  for (const key of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Record<PropertyKey, unknown>)[key];
  }
  return at;
}

/** A value in a few words, whatever it is. */
function show(value: unknown): string {
  if (value === null) return "nothing";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "object") return "a mapping";
  if (typeof value === "string") return JSON.stringify(firstChars(value, 60));
  return typeof value === "number" ? String(value) : (JSON.stringify(value) ?? "something else");
}
