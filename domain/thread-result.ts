import type { ThreadState } from "./thread.ts";

/** How a thread ended, as short as a person reads it in Temporal UI; the rest is in its view and its report. */
export interface ThreadResult {
  readonly status: string;
  readonly reason: string;
  readonly turns: number;
  readonly tokens: number;
  readonly usd?: number;
  /** Branch in the user's repository; null when nothing was delivered. */
  readonly branch: string | null;
  readonly commit: string | null;
}

export function resultOf(state: ThreadState): ThreadResult {
  const { ending, spent, start, checkpoint } = state;
  return {
    status: ending?.status ?? "unsettled",
    reason: ending?.reason ?? "",
    turns: state.turn,
    tokens: spent.tokens,
    ...(spent.usd === undefined ? {} : { usd: spent.usd }),
    branch: state.delivered ? start.branch : null,
    commit: checkpoint?.commit ?? null,
  };
}
