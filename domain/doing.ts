import { lostText } from "./host-loss.ts";
import type { Step } from "./next-step.ts";
import { placementText } from "./placement.ts";
import type { ThreadState } from "./thread.ts";

/** What a thread does while it takes a step, in a few words; null where the step itself knows better. */
export function doingIn(step: Step, { placement, lost }: Pick<ThreadState, "placement" | "lost">): string | null {
  switch (step.kind) {
    case "turn":
      return step.wrapUp ? `turn ${step.turn} (wrap-up)` : `turn ${step.turn}`;
    case "verify":
      return "verifying";
    case "review":
      return "reviewing";
    case "judge":
      return "judging";
    case "openWorkspace":
      return "opening the workspace";
    case "switchHost":
      return "switching hosts";
    case "depart":
      return "leaving for another Temporal Service";
    case "hold":
      return lost === undefined ? `waiting for ${placementText(placement)}` : lostText(lost);
    case "settle":
      return "delivering";
    case "wait":
      return step.for === "answer" ? "waiting for an answer" : "paused";
    case "wantTurn":
      return "waiting for the budget of its tree";
    case "listTasks":
      return "listing the tasks";
    case "mergeBatch":
      return "merging";
    case "waitForSubagents":
      return "waiting for subagents";
    case "backOff":
    case "askAboutBudget":
    case "askAboutTasks":
    case "pilotOver":
    case "failOnTask":
    case "finishFanOut":
      return null;
  }
}
