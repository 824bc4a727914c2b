import type { ThreadState } from "../thread.ts";

/** A question that the agent asked a person in the middle of a turn. */
export interface AskedQuestion {
  readonly key: string;
  readonly text: string;
  /** Id of the thread's question. */
  readonly question: string;
  /** Empty when a person said to go on without a word. */
  readonly answer?: string;
}

/** Keeps a person's answer for the agent that waits for it in its turn. */
export function afterWorkerAnswer(state: ThreadState, id: string, answer = ""): ThreadState {
  const { asked } = state;
  if (asked === undefined) return state;
  return { ...state, asked: asked.map((each) => (each.question === id ? { ...each, answer } : each)) };
}
