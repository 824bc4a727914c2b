import type { Goal } from "../../domain/goal.ts";
import { fieldsUsedIn } from "../../domain/fan-out/task-fields.ts";

/** Fields that each task of a template has to have, its name first. */
export function fieldsOfTemplate(template: Goal): string[] {
  return [...new Set(["name", ...fieldsUsedIn(JSON.stringify(template))])];
}

/** JSON Schema of a planner's answer: every field of every task required, none besides, as strict services want it. */
export function planJsonSchema(fields: readonly string[]) {
  const text = { type: "string" } as const;
  const task = {
    type: "object",
    properties: Object.fromEntries(fields.map((field) => [field, text])),
    required: fields,
    additionalProperties: false,
  } as const;
  return {
    type: "object",
    properties: { tasks: { type: "array", items: task } },
    required: ["tasks"],
    additionalProperties: false,
  } as const;
}
