import { oneLine } from "../../domain/bounded-text.ts";
import { cleanText } from "../../domain/clean-text.ts";
import { mostBytesOfTask, type Task } from "../../domain/fan-out/task.ts";
import { taskFieldPattern } from "../../domain/fan-out/task-fields.ts";

const nameCharacters = 60;
/** Fields that name a task without a `name`, the best first. */
const namingFields = ["name", "path", "title", "id"];

export type TaskOrProblem =
  | { readonly task: Task }
  /** `problem` reads after what is wrong: "task 3 has …". */
  | { readonly problem: string; readonly field?: string };

/**
 * A task from a text, or from a mapping of scalar values; whatever else it is becomes a problem. Every task has a field
 * `name`: its own, or else its path, title, id or first field.
 */
export function toTask(value: unknown): TaskOrProblem {
  if (typeof value === "string") return fromFields({ name: value });
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { problem: "is neither a text nor a mapping of fields" };
  }
  const fields: [string, string][] = [];
  for (const [field, item] of Object.entries(value)) {
    const problem = fieldProblem(field, item);
    if (problem !== undefined) return { problem, field };
    fields.push([field, String(item)]);
  }
  return fromFields(Object.fromEntries(fields));
}

function fieldProblem(field: string, value: unknown): string | undefined {
  const shown = JSON.stringify(oneLine(field, nameCharacters));
  if (!taskFieldPattern.test(field)) {
    return `has a field ${shown}: names are small letters, digits and underscores, a letter first, 40 at most`;
  }
  if (typeof value === "string") return value.includes("\0") ? `has a NUL character in its field ${shown}` : undefined;
  if (typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value))
    return `has a field ${shown} with a number that is too large to be exact: write it as a text`;
  if (typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value))) return undefined;
  return `has a field ${shown} that is neither text, a number nor true or false`;
}

function fromFields(given: Readonly<Record<string, string>>): TaskOrProblem {
  const named = [...namingFields, ...Object.keys(given)].find((field) => (given[field] ?? "").trim() !== "");
  const full = named === undefined ? "" : (given[named] ?? "");
  if (full.includes("\0")) return { problem: "has a NUL character in it" };
  const name = oneLine(cleanText(full), nameCharacters);
  if (/^[\s\p{Cf}]*$/u.test(name)) return { problem: "is empty" };
  const task = { name, fields: { ...given, name: full } };
  const bytes = Buffer.byteLength(JSON.stringify(task));
  return bytes > mostBytesOfTask ? { problem: `has ${bytes} bytes; at most ${mostBytesOfTask} are carried along` } : { task };
}
