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
    judgesPart(goal),
    subagentsPart(goal),
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

function judgesPart({ agents, review, verify }: Goal): string {
  const after = verify.length === 0 ? "After the turn" : "When all checks pass";
  const judge = "an independent judge who sees the diff and the results decides about each criterion.";
  if (agents.judge.use === "none") return review === undefined ? "" : `${after}, a reviewer reads the diff.`;
  return `${after}, ${review === undefined ? "" : "a reviewer reads the diff; then "}${judge}`;
}

function subagentsPart({ subagents }: Goal): string {
  if (subagents === undefined) return "";
  const { parallel, most } = subagents;
  return `### Subagents\n\nThe tools of the MCP server baton start subagents (spawn), tell how they stand (list, wait), bring their work here (result) and ask a person (ask). At most ${most} in all, ${parallel} at once. They start from the commit at which this turn began and share your budget; what they achieve is yours to merge. If you end the turn, they go on, and your next turn begins when all have come back.`;
}

function code(text: string): string {
  return text.includes("`") ? `\`\` ${text} \`\`` : `\`${text}\``;
}
