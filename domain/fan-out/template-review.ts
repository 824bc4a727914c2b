import type { FanOut } from "./fan-out.ts";
import { reviewGoal, type Finding } from "../goal-review.ts";
import { fieldsUsedIn } from "./task-fields.ts";

/** Findings about the goal of the subagents; what is only a question has been asked about the goal itself. */
export function reviewTemplate({ template, merge }: FanOut): Finding[] {
  const findings = reviewGoal(template)
    .filter(({ severity }) => severity !== "question")
    .map((finding) => ({ ...finding, where: `fan_out.template.${finding.where}` }));
  return [...findings, ...sameGoalFinding(template), ...unverifiedMerges({ template, merge })];
}

function sameGoalFinding(template: FanOut["template"]): Finding[] {
  const { goal, background = "", done } = template;
  if ([goal, background, ...done].some((text) => fieldsUsedIn(text).length > 0)) return [];
  const text = "says nothing about the task: every subagent is told the same";
  return [{ severity: "warning", where: "fan_out.template.goal", text, next: "Name a field of the task, such as ${task.name}" }];
}

function unverifiedMerges({ template, merge }: Pick<FanOut, "template" | "merge">): Finding[] {
  if (merge.verify.length + template.verify.length > 0) return [];
  const text = "What shows that merged results work together? Nothing is run on them until all are in.";
  return [{ severity: "question", where: "fan_out.merge.verify", text, next: "Add a command under merge.verify" }];
}
