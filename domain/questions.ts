import { changeBudget, exhausted, type BudgetChange } from "./budget.ts";
import { calm } from "./progress.ts";
import type { Answer, Question } from "./question.ts";
import { end, type ThreadState } from "./thread.ts";

type NewQuestion = Pick<Question, "kind" | "text" | "facts" | "next">;

/** Parks the thread with one question; a second of the same kind replaces nothing and is not asked. */
export function ask(state: ThreadState, question: NewQuestion, now: number): ThreadState {
  if (state.questions.some((open) => open.kind === question.kind)) return state;
  const number = state.questionsAsked + 1;
  const asked: Question = { ...question, id: `q${number}`, choices: ["continue", "stop"], turn: state.turn, askedAt: now };
  return { ...state, questions: [...state.questions, asked], questionsAsked: number };
}

/** Why an answer cannot be taken; null when it can. */
export function refuseAnswer(state: ThreadState, answer: Answer): string | null {
  if (state.questions.length === 0) return "no question is open";
  const names = state.questions.map(({ id }) => id).join(", ");
  if (answer.question === undefined && state.questions.length > 1) return `several questions are open (${names}): name one`;
  const question = findQuestion(state, answer);
  if (!question) return `question ${answer.question} is not open (open: ${names})`;
  const spentUp = exhausted(state.budget, state.spent);
  if (question.kind === "budget" && answer.choice === "continue" && spentUp.length > 0) {
    return `the budget is still exhausted: raise it first (baton budget ${state.start.id} ${spentUp.map(flagOf).join(" ")})`;
  }
  return null;
}

export function afterAnswer(state: ThreadState, answer: Answer): ThreadState {
  const question = findQuestion(state, answer);
  if (!question) return state;
  if (answer.choice === "stop") {
    const status = question.kind === "impossible" || question.kind === "noProgress" ? "failed" : "stopped";
    return end(state, { status, reason: `${question.text} A person answered: stop.` });
  }
  const note = answer.text ? [`To "${question.text}" a person answered: ${answer.text}`] : [];
  return {
    ...state,
    questions: state.questions.filter(({ id }) => id !== question.id),
    notices: [...state.notices, ...note],
    failures: 0,
    progress: calm(state.progress),
  };
}

/** New limits; an open budget question is answered by them when nothing is exhausted any more. */
export function afterBudgetChange(state: ThreadState, change: BudgetChange): ThreadState {
  const budget = changeBudget(state.budget, change);
  const enough = exhausted(budget, state.spent).length === 0;
  const questions = enough ? state.questions.filter(({ kind }) => kind !== "budget") : state.questions;
  return { ...state, budget, questions, wrappedUp: enough ? false : state.wrappedUp };
}

function findQuestion(state: ThreadState, answer: Answer): Question | undefined {
  return answer.question === undefined ? state.questions[0] : state.questions.find(({ id }) => id === answer.question);
}

const flags = {
  turns: "--turns",
  timeMs: "--time",
  wallTimeMs: "--wall-time",
  tokens: "--tokens",
  usd: "--usd",
  files: "--files",
} as const;

function flagOf(dimension: keyof typeof flags): string {
  return `${flags[dimension]} +N`;
}

export function budgetQuestion(state: ThreadState, dimensions: readonly (keyof typeof flags)[]): NewQuestion {
  const used = dimensions.map(
    (dimension) => `${flags[dimension].slice(2)}: ${state.spent[dimension] ?? 0} of ${state.budget[dimension] ?? 0} used`,
  );
  return {
    kind: "budget",
    text: `The budget is exhausted (${used.join("; ")}). More, or stop?`,
    facts: used,
    next: `baton answer ${state.start.id} continue ${dimensions.map(flagOf).join(" ")}`,
  };
}
