import { ask } from "./questions.ts";
import type { ThreadState } from "./thread.ts";

/** What there is to hand over; nothing when no file differs from the base commit. */
export function deliverable(state: ThreadState): string | null {
  const { checkpoint, baseTree } = state;
  return checkpoint !== null && checkpoint.tree !== baseTree ? checkpoint.commit : null;
}

/** The user's machine is away: the work stays in the hub, where `pull` finds it. */
export function afterAbsentHome(state: ThreadState, delivered: { readonly report: string | null }, now: number): ThreadState {
  const { ending, start } = state;
  const away = state.foreign === true ? "its home is in another Temporal Service" : `${start.home.host} is away`;
  const name = state.foreign === true ? `<remote>:${start.id}` : start.id;
  const where = `${away}, so the branch waits in the hub: baton pull ${name}`;
  return {
    ...state,
    ending: ending && { ...ending, reason: `${ending.reason} (${where})` },
    report: delivered.report,
    settledAt: now,
  };
}

export function afterDelivery(
  state: ThreadState,
  delivered: { readonly branch: string | null; readonly report: string },
  now: number,
): ThreadState {
  return { ...state, delivered: delivered.branch !== null, report: delivered.report, settledAt: now };
}

/** Achieved means delivered, so a person decides; any other ending settles and says what was not handed over. */
export function afterFailedDelivery(state: ThreadState, why: string, now: number): ThreadState {
  const { ending, checkpoint, start } = state;
  if (ending?.status === "achieved") {
    return ask(
      state,
      {
        kind: "delivery",
        text: `The goal is achieved, but its branch could not be delivered: ${why}`,
        facts: [`the work is safe in the hub as commit ${checkpoint?.commit ?? "none"}`],
        next: `mend it, then: baton answer ${start.id} continue`,
      },
      now,
    );
  }
  const reason = `${ending?.reason ?? "ended"} (the branch was not delivered: ${why})`;
  return { ...state, ending: ending && { ...ending, reason }, settledAt: now };
}
