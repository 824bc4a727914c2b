import type { ThreadState } from "./thread.ts";
import type { TurnSummary } from "./thread-view.ts";

/** Adds to the newest turn's line what was found out about it. */
export function amendLastTurn(
  { turns }: ThreadState,
  more: Partial<Pick<TurnSummary, "passed" | "of" | "verdict" | "review">>,
): ThreadState["turns"] {
  const last = turns.at(-1);
  return last ? [...turns.slice(0, -1), { ...last, ...more }] : turns;
}
