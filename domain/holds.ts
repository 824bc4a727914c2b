import { forgetLoss } from "./host-loss.ts";
import { startFrom } from "./progress.ts";
import type { ThreadState } from "./thread.ts";
import type { TurnInside } from "./turn.ts";

/** Asks for a place: from now on, whatever an earlier holder writes is refused. */
export function beforeHold(state: ThreadState): ThreadState {
  const epoch = state.lastEpoch + 1;
  return { ...state, epoch, lastEpoch: epoch, hold: null };
}

export function afterHeld(state: ThreadState, grant: { readonly host: string; readonly incarnation: string }): ThreadState {
  return { ...forgetLoss(state), hold: { ...grant, workspaceOpen: false } };
}

/** The place was given back in order, by the thread or by a host that drains. */
export function afterHoldLost(state: ThreadState): ThreadState {
  return { ...state, hold: null };
}

/** What `openWorkspace` found: the tree of the base commit tells later whether anything was done at all. */
export function afterOpened(
  state: ThreadState,
  opened: { readonly baseTree: string; readonly inside?: TurnInside },
): ThreadState {
  if (!state.hold) return state;
  const progress = startFrom(state.progress, opened.baseTree);
  const known = { ...state, ...sessionInside(state, opened.inside) };
  return { ...known, progress, baseTree: opened.baseTree, hold: { ...state.hold, workspaceOpen: true } };
}

/** A turn that was cut off with its host goes on with its conversation, which belongs to the files of the same checkpoint. */
function sessionInside(state: ThreadState, inside: TurnInside | undefined): Partial<ThreadState> {
  if (inside === undefined || state.phase !== "turn" || inside.turn !== state.turn + 1) return {};
  const { agent, id } = inside.session;
  if (agent !== state.start.goal.agents.worker.use) return {};
  // The counters stay those of the last report, so that what the lost attempt used is counted with the next.
  const totals = state.session?.id === id ? state.session.totals : undefined;
  return { session: { agent, id, ...(totals === undefined ? {} : { totals }) }, coldStart: null };
}
