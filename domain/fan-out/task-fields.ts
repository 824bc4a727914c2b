/** What a field of a task may be called. */
export const taskFieldPattern = /^[a-z][a-z0-9_]{0,39}$/;

/** `${task.x}`, or `$${task.x}` for that very text. */
const placeholder = /(\$?)\$\{task\.([^{}]*)\}/g;

/** Names in the placeholders of a text, as written; not always names that a field may have. */
export function fieldsUsedIn(text: string): string[] {
  return Array.from(text.matchAll(placeholder)).flatMap(([, escape, name = ""]) => (escape === "" ? [name] : []));
}

/** The text with each placeholder replaced; what is put in is not looked at again. */
export function fillPlaceholders(text: string, valueOf: (field: string) => string): string {
  return text.replace(placeholder, (whole, escape: string, field: string) => (escape === "" ? valueOf(field) : whole.slice(1)));
}

const variablePrefix = "BATON_TASK_";

/** Environment variable that holds a field in a subagent's commands. */
export function taskVariable(field: string): string {
  return `${variablePrefix}${field.toUpperCase()}`;
}

/** The field that a variable holds; undefined for any other variable. */
export function fieldOf(variable: string): string | undefined {
  return variable.startsWith(variablePrefix) ? variable.slice(variablePrefix.length).toLowerCase() : undefined;
}
