import { keepStart } from "../../domain/bounded-text.ts";
import { addUsage, noUsage, type Usage } from "../../domain/usage.ts";
import type { AgentPass } from "../agents/agent-gate.ts";
import type { Answer } from "./question.ts";

const attempts = 2;
/** A question outlives so many refusals by the provider; each is waited out by entering again. */
const refusals = 3;

/** Waits until an agent may start; null when it was interrupted first. */
export type EnterAgent = () => Promise<AgentPass | null>;

export interface StructuredQuestion<T> {
  readonly prompt: string;
  /** Milliseconds for all attempts together, waiting to enter apart. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Absent: the agent may start at once. */
  readonly enter?: EnterAgent;
  ask(question: { readonly prompt: string; readonly timeoutMs: number }): Promise<Answer>;
  /** What the answer, text or JSON, says; or why it cannot be used. */
  read(answer: unknown): T | { readonly invalid: string };
}

/** `waitedMs`: until the agent was let start, all attempts together. */
export type StructuredAnswer<T> = { readonly usage: Usage; readonly waitedMs: number } & (
  | { readonly value: T }
  | { readonly problem: string }
);

/** Asks for an answer of a certain shape; one that cannot be used is asked for once more, with what is wrong with it. */
export async function askStructured<T extends object>(question: StructuredQuestion<T>): Promise<StructuredAnswer<T>> {
  const { prompt, signal } = question;
  let leftMs = question.timeoutMs;
  let usage = noUsage;
  let waitedMs = 0;
  let problem = "no answer came in time";
  let refused = 0;
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    if (leftMs <= 0 || signal.aborted) break;
    const entered = await admitted(question, { prompt: attempt === 1 ? prompt : secondPrompt(prompt, problem), leftMs });
    waitedMs += entered.waitedMs;
    leftMs -= entered.askedMs;
    const { answer } = entered;
    if (answer === null) break;
    usage = addUsage(usage, answer.usage);
    const read = "problem" in answer ? { invalid: answer.problem } : question.read(answer.answer);
    if (!("invalid" in read)) return { value: read, usage, waitedMs };
    problem = read.invalid;
    if (!("problem" in answer) || answer.again) continue;
    if (answer.limited === undefined || question.enter === undefined || (refused += 1) > refusals) break;
    attempt -= 1;
  }
  return { problem: signal.aborted ? "it was interrupted" : problem, usage, waitedMs };
}

/** One question, asked once the agent may start. */
async function admitted<T>(
  question: StructuredQuestion<T>,
  { prompt, leftMs }: { readonly prompt: string; readonly leftMs: number },
): Promise<{ answer: Answer | null; waitedMs: number; askedMs: number }> {
  const cameAt = performance.now();
  const pass = await question.enter?.();
  const startedAt = performance.now();
  const waitedMs = startedAt - cameAt;
  if (pass === null) return { answer: null, waitedMs, askedMs: 0 };
  let answer: Answer | null = null;
  try {
    answer = await question.ask({ prompt, timeoutMs: leftMs });
    return { answer, waitedMs, askedMs: performance.now() - startedAt };
  } finally {
    if (answer !== null && "problem" in answer)
      pass?.leave(answer.limited === undefined ? "unknown" : { limited: answer.limited });
    else pass?.leave(answer === null ? "unknown" : "served");
  }
}

function secondPrompt(prompt: string, problem: string): string {
  return `${prompt}\n\nYour last answer could not be used: ${keepStart(problem, 1000)}. Answer again with the JSON object alone.`;
}
