import type { ThreadState } from "../thread.ts";

/** Subagents that were told to stop because another was first, and that have not said yet what they used. */
export function leavingThreads({ fanOut }: ThreadState): readonly string[] {
  return fanOut?.leaving ?? [];
}

export function afterToldToLeave(state: ThreadState, threads: readonly string[]): ThreadState {
  return withLeaving(state, [...leavingThreads(state), ...threads]);
}

/** It has settled, or is gone. */
export function afterLeft(state: ThreadState, thread: string): ThreadState {
  const leaving = leavingThreads(state);
  return leaving.includes(thread)
    ? withLeaving(
        state,
        leaving.filter((each) => each !== thread),
      )
    : state;
}

function withLeaving(state: ThreadState, threads: readonly string[]): ThreadState {
  const { fanOut } = state;
  if (fanOut === undefined) return state;
  const { leaving: _leaving, ...others } = fanOut;
  return { ...state, fanOut: threads.length === 0 ? others : { ...others, leaving: threads } };
}
