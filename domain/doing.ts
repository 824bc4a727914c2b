import type { Step } from "./next-step.ts";
import { placementText, type Placement } from "./placement.ts";

/** What a thread does while it takes a step, in a few words; null where the step itself knows better. */
export function doingIn(step: Step, placement?: Placement): string | null {
  switch (step.kind) {
    case "turn":
      return step.wrapUp ? `turn ${step.turn} (wrap-up)` : `turn ${step.turn}`;
    case "verify":
      return "verifying";
    case "judge":
      return "judging";
    case "openWorkspace":
      return "opening the workspace";
    case "switchHost":
      return "switching hosts";
    case "depart":
      return "leaving for another Temporal Service";
    case "hold":
      return `waiting for ${placementText(placement)}`;
    case "settle":
      return "delivering";
    case "wait":
      return step.for === "answer" ? "waiting for an answer" : "paused";
    case "backOff":
    case "askAboutBudget":
      return null;
  }
}
