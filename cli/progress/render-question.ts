import { exhausted, type BudgetDimension } from "../../domain/budget.ts";
import type { Choice, Question } from "../../domain/question.ts";
import type { ThreadView } from "../../domain/thread-view.ts";
import type { Paint } from "../output.ts";
import { oneLine } from "../render-text.ts";

export type Asking = Pick<ThreadView, "id" | "budget" | "spent">;

/** A question with its facts and the commands that answer it. */
export function renderQuestion(thread: Asking, question: Question, paint: Paint): readonly string[] {
  return [
    `${paint("warn", `question ${question.id}`)} · ${oneLine(question.text, 400)}`,
    ...question.facts.map((fact) => `  ${oneLine(fact, 200)}`),
    // The commands below say the same with the numbers filled in.
    ...(question.next === "" || question.next.startsWith("baton answer") ? [] : [`  next: ${oneLine(question.next, 200)}`]),
    ...question.choices.map((choice) => `  ${paint("strong", answerCommand(thread, question, choice))}`),
  ];
}

const raises: Readonly<Record<BudgetDimension, string>> = {
  turns: "--turns +10",
  timeMs: "--time +2h",
  wallTimeMs: "--wall-time +8h",
  tokens: "--tokens +1M",
  usd: "--usd +5",
  files: "--files +20",
};

function answerCommand(thread: Asking, question: Question, choice: Choice): string {
  const raising = question.kind === "budget" && choice === "continue";
  const options = raising ? exhausted(thread.budget, thread.spent).map((dimension) => raises[dimension]) : [];
  return ["baton answer", thread.id, question.id, choice, ...options].join(" ");
}
