import type { FailureStrategy } from "./goal.ts";
import { alarm, type Alarm } from "./progress.ts";
import { ask } from "./questions.ts";
import { findingText, openFindings } from "./review.ts";
import { end, type ThreadState } from "./thread.ts";

/** The response ladder: tell the agent, then a fresh session with a brief, then the person or the end. */
export function afterShortfall(state: ThreadState, now: number): ThreadState {
  const next: ThreadState = { ...state, phase: "turn" };
  const raised = alarm(state.progress, state.start.goal.onFailure);
  if (!raised) return next;
  const rung = state.progress.rung + 1;
  const climbed: ThreadState = { ...next, progress: { ...state.progress, rung }, notices: [...next.notices, raised.text] };
  if (rung === 1) return climbed;
  if (rung === 2) return { ...climbed, session: null, coldStart: `a fresh start, because ${lowerFirst(raised.text)}` };
  return giveUp(climbed, raised, now);
}

function giveUp(state: ThreadState, raised: Alarm, now: number): ThreadState {
  const strategy: FailureStrategy = state.start.goal.onFailure;
  if (strategy.then === "stop") return end(state, { status: "failed", reason: raised.text });
  return ask(
    state,
    {
      kind: "noProgress",
      text: raised.text,
      facts: [
        `turns taken: ${state.turn}`,
        `failing: ${failing(state)}`,
        "tried: telling the agent what repeats, then a fresh session with a brief",
      ],
      next: `baton answer ${state.start.id} continue --text "what to try instead", or: baton answer ${state.start.id} stop`,
    },
    now,
  );
}

function failing({ verification, verdict, review }: ThreadState): string {
  const failed = verification?.failed ?? [];
  if (failed.length > 0) return failed.join(", ");
  if (verdict !== null) return lowerFirst(verdict.reason);
  return openFindings(review).map(findingText).join("; ") || "nothing";
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
