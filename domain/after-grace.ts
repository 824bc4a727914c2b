import { graceOf, leaveLostHost, placementWithout, type LostHost } from "./host-loss.ts";
import { placementText } from "./placement.ts";
import { duration } from "./quantities.ts";
import { ask } from "./questions.ts";
import type { ThreadState } from "./thread.ts";

/** The lost host did not come back in time: moves, or asks and meanwhile stays with it. */
export function afterGrace(state: ThreadState, now: number): ThreadState {
  const { lost } = state;
  if (!lost) return state;
  if (lost.next === "move") return leaveLostHost(state);
  return ask({ ...state, lost: { ...lost, until: null } }, questionAbout(state, lost, now), now);
}

function questionAbout(state: ThreadState, lost: LostHost, now: number) {
  const { host, at } = lost;
  const { checkpoint, start } = state;
  const safe = checkpoint === null ? "no turn is in the hub yet" : `everything up to turn ${checkpoint.turn} is in the hub`;
  return {
    kind: "host" as const,
    text: `Host ${host} is lost and was not heard for ${duration(now - at)}. Wait for it, move, or stop?`,
    facts: [
      `${safe}; what came after the newest checkpoint is only on ${host}`,
      `wait: asks again in ${duration(graceOf(state))}`,
      `move: goes on from the newest checkpoint on ${placementText(placementWithout(state))}`,
      `when ${host} comes back first, the thread goes on there and this question is withdrawn`,
    ],
    next: `baton answer ${start.id} wait, or move, or stop`,
    choices: ["wait", "move", "stop"] as const,
  };
}
