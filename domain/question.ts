/** What a thread may have to ask a person. */
export type QuestionKind = "budget" | "noProgress" | "agent" | "judge" | "impossible" | "workspace" | "delivery";

export type Choice = "continue" | "stop";

export interface Question {
  /** `q1`, `q2`, … within the thread. */
  readonly id: string;
  readonly kind: QuestionKind;
  readonly text: string;
  /** What was tried and what blocks, one fact a line. */
  readonly facts: readonly string[];
  /** How to go on, as a command or a sentence. */
  readonly next: string;
  readonly choices: readonly Choice[];
  readonly turn: number;
  /** Milliseconds since the epoch. */
  readonly askedAt: number;
}

export interface Answer {
  readonly question?: string;
  readonly choice: Choice;
  /** Given to the agent with its next prompt. */
  readonly text?: string;
}
