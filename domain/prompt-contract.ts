import { keepStart } from "./bounded-text.ts";
import type { Check, Goal } from "./goal.ts";
import { bullets, fenced } from "./markdown.ts";
import { duration } from "./quantities.ts";

const contractBytes = 24_000;
const backgroundBytes = 12_000;

/** The contract in the words of the person who wrote it. */
export function contractSection(goal: Goal): string {
  const parts = [
    "## The contract",
    `### Goal\n\n${goal.goal}`,
    goal.background === undefined ? "" : `### Background\n\n${keepStart(goal.background, backgroundBytes)}`,
    goal.done.length === 0 ? "" : `### Done means\n\n${numbered(goal.done)}`,
    scopePart(goal.scope),
    goal.risk.length === 0 ? "" : `### Boundaries\n\n${bullets(goal.risk)}`,
    goal.verify.length === 0 ? "" : `### Checks that Baton runs after this turn\n\n${bullets(goal.verify.map(checkLine))}`,
    judgePart(goal),
  ];
  return keepStart(parts.filter((part) => part !== "").join("\n\n"), contractBytes);
}

function numbered(items: readonly string[]): string {
  return items.map((item, index) => `${index + 1}. ${item.replace(/\n/g, "\n   ")}`).join("\n");
}

function scopePart({ allow, protect }: Goal["scope"]): string {
  const lines = [
    ...(allow.length === 0 ? [] : [`Change only: ${allow.map(code).join(", ")}`]),
    ...(protect.length === 0 ? [] : [`Protected, do not change: ${protect.map(code).join(", ")}`]),
  ];
  return lines.length === 0 ? "" : `### Scope\n\n${bullets(lines)}`;
}

function checkLine(check: Check): string {
  const limits = check.metric === undefined ? [] : [metricWish(check.metric)];
  const notes = [...limits, `at most ${duration(check.timeoutMs)}`].filter((note) => note !== "").join("; ");
  const command = check.run.includes("\n") ? `\n${fenced(check.run, "sh")}\n` : ` ${code(check.run)} `;
  return `${check.name}:${command}(${notes})`;
}

function metricWish({ unit, atMost, atLeast }: NonNullable<Check["metric"]>): string {
  const suffix = unit === undefined ? "" : ` ${unit}`;
  const wishes = [
    ...(atMost === undefined ? [] : [`at most ${atMost}${suffix}`]),
    ...(atLeast === undefined ? [] : [`at least ${atLeast}${suffix}`]),
  ];
  return wishes.length === 0 ? "its metric must be printed" : `its metric must be ${wishes.join(" and ")}`;
}

function judgePart(goal: Goal): string {
  if (goal.agents.judge.use === "none") return "";
  const after = goal.verify.length === 0 ? "After the turn" : "When all checks pass";
  return `${after}, an independent judge who sees the diff and the results decides about each criterion.`;
}

function code(text: string): string {
  return text.includes("`") ? `\`\` ${text} \`\`` : `\`${text}\``;
}
