import { afterFanOutAnswer } from "./fan-out/after-fan-out.ts";
import { changeBudget, exhausted, type BudgetChange, type BudgetDimension } from "./budget.ts";
import { isMetered, tasksIn, totalSpent } from "./fan-out/fan-out-state.ts";
import { threadsOf } from "./fan-out/task.ts";
import type { Budget } from "./goal.ts";
import { afterHostAnswer } from "./host-loss.ts";
import { calm } from "./progress.ts";
import type { Answer, Choice, NewQuestion, Question } from "./question.ts";
import { afterWorkerAnswer } from "./fan-out/worker-questions.ts";
import { end, type ThreadState } from "./thread.ts";

const ordinaryChoices: readonly Choice[] = ["continue", "stop"];

/** Parks the thread with one question; a second of the same kind replaces nothing and is not asked. */
export function ask(state: ThreadState, question: NewQuestion, now: number): ThreadState {
  if (state.questions.some((open) => open.kind === question.kind)) return state;
  const number = state.questionsAsked + 1;
  const { choices = ordinaryChoices } = question;
  const asked: Question = { ...question, id: `q${number}`, choices, turn: state.turn, askedAt: now };
  return { ...state, questions: [...state.questions, asked], questionsAsked: number };
}

/** Why an answer cannot be taken; null when it can. */
export function refuseAnswer(state: ThreadState, answer: Answer): string | null {
  if (state.questions.length === 0) return "no question is open";
  const names = state.questions.map(({ id }) => id).join(", ");
  if (answer.question === undefined && state.questions.length > 1) return `several questions are open (${names}): name one`;
  const question = findQuestion(state, answer);
  if (!question) return `question ${answer.question} is not open (open: ${names})`;
  if (!question.choices.includes(answer.choice))
    return `${question.id} takes ${question.choices.join(" or ")}, not ${answer.choice}`;
  const spentUp = exhausted(state.budget, totalSpent(state));
  if (question.kind === "budget" && answer.choice === "continue" && spentUp.length > 0) {
    return `the budget is still exhausted: raise it first (baton budget ${state.start.id} ${spentUp.map(flagOf).join(" ")})`;
  }
  return null;
}

export function afterAnswer(state: ThreadState, answer: Answer, now: number): ThreadState {
  const question = findQuestion(state, answer);
  if (!question) return state;
  if (answer.choice === "stop") {
    const status = question.kind === "impossible" || question.kind === "noProgress" ? "failed" : "stopped";
    return end(state, { status, reason: `${question.text} A person answered: stop.` });
  }
  const { choice } = answer;
  const note = answer.text ? [`To "${question.text}" a person answered: ${answer.text}`] : [];
  const notices = [...state.notices, ...note];
  // A host's loss says nothing about the work: patience and failures stay as they are.
  if (question.kind === "host") return afterHostAnswer({ ...state, notices }, choice, now);
  const answered: ThreadState = {
    ...state,
    questions: state.questions.filter(({ id }) => id !== question.id),
    notices,
    failures: 0,
    progress: calm(state.progress),
  };
  if (question.kind === "worker") return afterWorkerAnswer(answered, question.id, answer.text);
  return afterFanOutAnswer(answered, question, choice);
}

/** New limits; an open budget question is answered by them when nothing is exhausted any more. */
export function afterBudgetChange(state: ThreadState, change: BudgetChange): ThreadState {
  const budget = changeBudget(state.budget, change);
  const enough = exhausted(budget, totalSpent(state)).length === 0;
  const questions = enough ? state.questions.filter(({ kind }) => kind !== "budget") : state.questions;
  return { ...metered(state, budget), budget, questions, wrappedUp: enough ? false : state.wrappedUp };
}

/** What runs when a tree gets its first limit has asked nobody: it counts as in flight until it tells what it used. */
function metered(state: ThreadState, budget: Budget): ThreadState {
  const { fanOut } = state;
  if (fanOut === undefined || isMetered(state) || !isMetered({ budget })) return state;
  return { ...state, fanOut: { ...fanOut, inFlight: tasksIn(fanOut, "running").flatMap(threadsOf) } };
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

/** A person is asked for more; of a subagent that shall not ask, its parent is told that it failed. */
export function afterExhausted(state: ThreadState, dimensions: readonly BudgetDimension[], now: number): ThreadState {
  const question = budgetQuestion(state, dimensions);
  const { tree, goal } = state.start;
  if (tree === undefined || goal.onFailure.then === "ask") return ask(state, question, now);
  return end(state, { status: "failed", reason: `the budget is exhausted: ${question.facts.join("; ")}` });
}

export function budgetQuestion(state: ThreadState, dimensions: readonly (keyof typeof flags)[]): NewQuestion {
  const used = dimensions.map(
    (dimension) => `${flags[dimension].slice(2)}: ${totalSpent(state)[dimension] ?? 0} of ${state.budget[dimension] ?? 0} used`,
  );
  return {
    kind: "budget",
    text: `The budget is exhausted (${used.join("; ")}). More, or stop?`,
    facts: used,
    next: `baton answer ${state.start.id} continue ${dimensions.map(flagOf).join(" ")}`,
  };
}
