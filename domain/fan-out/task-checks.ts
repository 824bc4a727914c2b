import type { Check, Goal } from "../goal.ts";
import { renderGoal } from "./render-goal.ts";
import type { TaskState } from "./task.ts";

/** The checks that a task's own subagent had to pass. */
export function checksOfTask({ fanOut }: Goal, { name, fields }: TaskState): readonly Check[] {
  if (fanOut === undefined) return [];
  return renderGoal(fanOut.template, { name, fields: fields ?? {} }).verify;
}
