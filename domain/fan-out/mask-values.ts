import { fieldOf } from "./task-fields.ts";

/** What a text says instead of a value, such as `${task.path}`, and the value. */
export type MaskedValue = readonly [placeholder: string, value: string];

/** Shorter values are parts of ordinary words, so they count only where they stand alone. */
const lettersOfPart = 5;

/** The fields of a task, from the environment of its subagent's commands. */
export function taskValues(environment: readonly string[]): MaskedValue[] {
  return environment.flatMap((item): MaskedValue[] => {
    const end = item.indexOf("=");
    const field = fieldOf(item.slice(0, Math.max(0, end)));
    return field === undefined ? [] : [[placeholderOf(field), item.slice(end + 1)]];
  });
}

export function fieldValues(fields: Readonly<Record<string, string>>): MaskedValue[] {
  return Object.entries(fields).map(([field, value]) => [placeholderOf(field), value]);
}

function placeholderOf(field: string): string {
  return `\${task.${field}}`;
}

/** A text as it would be for any other task: values, and the names of the files that they lead to, become their placeholders. */
export function maskValues(text: string, values: readonly MaskedValue[]): string {
  const placeholders = new Map<string, string>();
  for (const [placeholder, value] of values) {
    for (const spelling of spellings(value)) if (!placeholders.has(spelling)) placeholders.set(spelling, placeholder);
  }
  if (placeholders.size === 0) return text;
  // In one go, so that a placeholder is not looked at again; the longest first, because one value may be part of another.
  const longestFirst = [...placeholders.keys()].toSorted((a, b) => b.length - a.length);
  const pattern = new RegExp(longestFirst.map(patternOf).join("|"), "gu");
  return text.replace(pattern, (found) => placeholders.get(found) ?? found);
}

/** Without letters it is a number, a date or a mark: those are taken out of what is compared anyway, or are no name. */
function spellings(value: string): string[] {
  const whole = value.trim();
  const file = whole.slice(whole.lastIndexOf("/") + 1);
  return [whole, file, file.replace(/(?<=.)\.[^.]*$/, "")].filter((spelling) => /\p{L}/u.test(spelling));
}

function patternOf(value: string): string {
  const literal = value.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
  return value.length < lettersOfPart ? String.raw`(?<![\p{L}\p{N}])${literal}(?![\p{L}\p{N}])` : literal;
}
