import { startFrom } from "./progress.ts";
import type { ThreadState } from "./thread.ts";

/** Asks for a place: from now on, whatever an earlier holder writes is refused. */
export function beforeHold(state: ThreadState): ThreadState {
  const epoch = state.lastEpoch + 1;
  return { ...state, epoch, lastEpoch: epoch, hold: null };
}

export function afterHeld(state: ThreadState, grant: { readonly host: string; readonly incarnation: string }): ThreadState {
  return { ...state, hold: { ...grant, workspaceOpen: false } };
}

export function afterHoldLost(state: ThreadState): ThreadState {
  return { ...state, hold: null };
}

/** What `openWorkspace` found: the tree of the base commit tells later whether anything was done at all. */
export function afterOpened(state: ThreadState, opened: { readonly baseTree: string }): ThreadState {
  if (!state.hold) return state;
  const progress = startFrom(state.progress, opened.baseTree);
  return { ...state, progress, baseTree: opened.baseTree, hold: { ...state.hold, workspaceOpen: true } };
}
