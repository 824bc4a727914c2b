import { cell, inert } from "./markdown.ts";
import { oneLine } from "./bounded-text.ts";
import type { ThreadView, TurnSummary } from "./thread-view.ts";

const told = 12;

/** The turns so far, a line each: continue-as-new leaves earlier ones in earlier runs, this keeps the story in one place. */
export function storyPart({ turns }: ThreadView): string {
  if (turns.length === 0) return "";
  const left = turns.length - told;
  const before = left > 0 ? [`- … ${left} before`] : [];
  return ["### Story", "", ...before, ...turns.slice(-told).map(storyLine)].join("\n");
}

function storyLine(turn: TurnSummary): string {
  const attempt = turn.attempt > 1 ? ` (attempt ${turn.attempt})` : "";
  const parts = [
    ...(turn.outcome === "completed" ? [] : [inert(oneLine(turn.outcome, 100))]),
    ...(turn.of === undefined || turn.of === 0 ? [] : [`${turn.passed ?? 0} of ${turn.of} checks`]),
    ...(turn.review === undefined ? [] : [`review: ${cell(turn.review)}`]),
    ...(turn.verdict === undefined ? [] : [`judge: ${cell(turn.verdict)}`]),
    `${turn.files} ${turn.files === 1 ? "file" : "files"} changed`,
  ];
  return `- turn ${turn.turn}${attempt}: ${parts.join(" · ")}`;
}
