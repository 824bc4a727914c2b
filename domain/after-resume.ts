import { isIdle } from "./next-step.ts";
import type { ThreadState } from "./thread.ts";
import type { TurnReport } from "./turn.ts";

/** So many attempts in a row that resume the session and end without a word are the session's own fault. */
const mostBarren = 2;

/** After an attempt that failed: what cannot be resumed is not resumed for ever. */
export function afterResume(state: ThreadState, report: TurnReport, resumed: boolean): ThreadState {
  const barren = resumed && isIdle(report) && report.message === "" ? (state.barrenResumes ?? 0) + 1 : 0;
  if (barren < mostBarren) return { ...state, barrenResumes: barren };
  const coldStart = `${barren} attempts in a row that resumed the earlier session ended without a word`;
  return { ...state, barrenResumes: 0, session: null, coldStart };
}
