/** What a thread may have to ask a person. */
export type QuestionKind =
  | "budget"
  | "noProgress"
  | "agent"
  | "judge"
  | "review"
  | "impossible"
  | "workspace"
  | "delivery"
  /** The tasks of a fan-out, before the first is started. */
  | "tasks"
  | "pilot"
  /** Several subagents that cannot go on for one cause. */
  | "subagents"
  /** Tasks that failed when all others are merged. */
  | "failedTasks"
  /** The host that held the thread is lost. */
  | "host"
  /** Asked by the agent, in its turn. */
  | "worker";

/** `wait` and `move` answer the question about a lost host. */
export type Choice = "continue" | "stop" | "retry" | "wait" | "move";

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
  /** What the tasks have in common that a question of the kind `subagents` is about. */
  readonly cause?: string;
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

/** A question before it has a number. */
export type NewQuestion = Pick<Question, "kind" | "text" | "facts" | "next"> & Partial<Pick<Question, "choices" | "cause">>;
