import { exhausted } from "./budget.ts";
import { totalSpent } from "./fan-out/fan-out-state.ts";
import type { ThreadState } from "./thread.ts";

/** Notes what the attempt that starts now is told, so that whatever arrives meanwhile is kept for the next one. */
export function beforeTurn(state: ThreadState): ThreadState {
  const told = { steering: state.steering.length, notices: state.notices.length };
  const wrapsUp = exhausted(state.budget, totalSpent(state)).length > 0;
  return { ...state, told, attempt: state.attempt + 1, wrappedUp: state.wrappedUp || wrapsUp };
}
