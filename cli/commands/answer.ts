import { Command } from "commander";
import type { BudgetChange } from "../../domain/budget.ts";
import { BatonFailure } from "../../domain/failure.ts";
import type { Choice, Question } from "../../domain/question.ts";
import type { ThreadView } from "../../domain/thread-view.ts";
import { addBudgetOptions, budgetChangeOf } from "../budget-options.ts";
import { printChange } from "../print-change.ts";
import type { Threads } from "../threads/temporal-threads.ts";
import { userName } from "../user-name.ts";
import { threadArgument } from "./thread-argument.ts";

interface AnswerOptions {
  readonly text?: string;
  readonly json?: boolean;
}

export function answerCommand(): Command {
  const command = new Command("answer")
    .description("Answer a question of a thread; budget options raise limits with the same command")
    .usage("[options] <thread> [question] <choice>")
    .addArgument(threadArgument())
    .argument(
      "<answer...>",
      "id of the question (not needed when only one is open) and a choice: continue or stop, or what it offers",
    )
    .option("--text <text>", "a message for the agent's next prompt");
  return addBudgetOptions(command)
    .option("--json", "print the thread's view as JSON")
    .action(async (name: string, words: readonly string[], options: AnswerOptions) => {
      const wanted = wordsOf(words);
      const change = budgetChangeOf({ ...options });
      const { withThreadContext } = await import("../remotes/thread-context.ts");
      await withThreadContext(name, async (context, given) => {
        const { threads } = context.current();
        const id = await threads.resolve(given);
        const question = questionOf(await threads.read(id), wanted.question);
        const choice = choiceOf(question, wanted.choice);
        const text = options.text === undefined ? {} : { text: options.text };
        const view = await give(threads, { id, change, answer: { question: question.id, choice, ...text } });
        printChange(view, { json: options.json === true, said: `took "${choice}" for ${question.id}` });
      });
    });
}

interface Given {
  readonly id: string;
  readonly change: BudgetChange;
  readonly answer: { readonly question: string; readonly choice: Choice; readonly text?: string };
}

/** The limits go first: a budget question is not answered by going on with an exhausted budget. */
async function give(threads: Threads, { id, change, answer }: Given): Promise<ThreadView> {
  if (Object.keys(change).length > 0) {
    const raised = await threads.update(id, "budget", change);
    const closed = !raised.questions.some((question) => question.id === answer.question);
    if (closed && answer.choice === "continue") {
      // The new limits were the answer; the text still belongs into the next prompt.
      if (answer.text !== undefined) await threads.steer(id, { text: answer.text, by: userName() });
      return raised;
    }
  }
  return await threads.update(id, "answer", answer);
}

function wordsOf(words: readonly string[]): { question?: string; choice: string } {
  const [first = "", second, ...rest] = words;
  if (rest.length > 0) {
    throw new BatonFailure("Usage", `too many words: ${words.join(" ")}`, {
      next: 'baton answer <thread> [question] <choice> --text "…"',
    });
  }
  return second === undefined ? { choice: first } : { question: first, choice: second };
}

function questionOf({ id, questions }: ThreadView, wanted: string | undefined): Question {
  if (questions.length === 0) throw new BatonFailure("Conflict", `thread ${id} asks nothing`, { next: `baton show ${id}` });
  const [only, ...others] = questions;
  if (wanted === undefined && others.length === 0) return only!;
  const question = questions.find((open) => open.id === wanted);
  if (question !== undefined) return question;
  const open = questions.map((candidate) => `${candidate.id} (${candidate.kind})`).join(", ");
  const problem = wanted === undefined ? `thread ${id} has ${questions.length} open questions` : `question ${wanted} is not open`;
  throw new BatonFailure("NotFound", `${problem}; open: ${open}`, { next: `baton show ${id}` });
}

function choiceOf({ id, choices }: Question, wanted: string): Choice {
  const choice = choices.find((candidate) => candidate === wanted);
  if (choice !== undefined) return choice;
  throw new BatonFailure("Usage", `"${wanted}" is no answer to ${id}; it takes ${choices.join(" or ")}`, {
    next: 'a message to the agent goes with --text "…"',
  });
}
