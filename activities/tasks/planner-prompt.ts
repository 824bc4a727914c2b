import { keepStart } from "../../domain/bounded-text.ts";
import type { Goal } from "../../domain/goal.ts";
import { fenced } from "../../domain/markdown.ts";
import { contractSection } from "../../domain/prompt-contract.ts";
import { mostTasks } from "../../domain/fan-out/task.ts";

const templateBytes = 12_000;

export interface PlannerCase {
  readonly goal: Goal;
  readonly template: Goal;
  readonly instructions?: string;
  /** Fields of every task, its name first. */
  readonly fields: readonly string[];
  readonly schema: object;
  /** Where the base is checked out. */
  readonly cwd: string;
}

/** The instructions of any planner. */
export function plannerPrompt({ goal, template, instructions, fields, schema, cwd }: PlannerCase): string {
  const used = fields.filter((field) => field !== "name").map((field) => `\`${field}\``);
  return [
    "Split the goal below into tasks.",
    `You are the planner. Each task is given to an agent of its own, which works at the same time as the others, in a copy of the repository of its own, and sees nothing of their work. Afterwards all work is merged. The repository is in ${cwd}: read what you need, change nothing.
- No two tasks change the same lines, and none builds on another.
- Each can be done and checked by itself.
- Together they are what the goal asks for, and nothing besides. As few as that takes; ${mostTasks} at most.`,
    contractSection(goal),
    instructions === undefined ? "" : `## Instructions for the planner\n\n${instructions}`,
    `## What each agent is told\n\n\`\${task.<field>}\` stands for the task's field.\n\n${fenced(keepStart(template.goal, templateBytes))}`,
    `## Your answer\n\nOne JSON object and nothing else. Every task has a \`name\` for people, one line of at most 60 characters${used.length === 0 ? "" : `, and ${used.join(", ")}`}; no two tasks are the same. Its JSON Schema:\n\n${JSON.stringify(schema)}`,
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}
