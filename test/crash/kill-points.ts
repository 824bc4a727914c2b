import type { KillPointPlace } from "../support/kill-points.ts";

/** Where a process can be made to die, stop or wait: right before or right after a function of the built product runs. */
export const killPoints = {
  "hold.claimed": { file: "activities/hold-host.js", function: "holdHost", at: "before" },
  "hold.told": { file: "activities/hold-host.js", function: "whenLeft", at: "before" },
  "hold.given-back": { file: "activities/release-host.js", function: "releaseHost", at: "before" },

  "open.granted": { file: "activities/open-workspace.js", function: "openWorkspace", at: "before" },
  "open.fenced": { file: "activities/workspace/bring-up.js", function: "fetchThread", at: "before" },
  "open.fetched": { file: "activities/workspace/bring-up.js", function: "fetchThread", at: "after" },
  "open.restored": { file: "activities/workspace/bring-up.js", function: "restoreThread", at: "after" },
  "open.done": { file: "activities/open-workspace.js", function: "openWorkspace", at: "after" },

  "turn.begun": { file: "activities/run-turn.js", function: "runTurn", at: "before" },
  "checkpoint.due": { file: "activities/run-turn.js", function: "checkpointTurn", at: "before" },
  "checkpoint.taken": { file: "activities/workspace/push-snapshot.js", function: "pushSnapshot", at: "before" },
  "checkpoint.sent": { file: "activities/workspace/push-snapshot.js", function: "pushSnapshot", at: "after" },
  "turn.done": { file: "activities/run-turn.js", function: "runTurn", at: "after" },
  "verification.begun": { file: "activities/verify-turn.js", function: "verifyTurn", at: "before" },
  "verification.done": { file: "activities/verify-turn.js", function: "verifyTurn", at: "after" },

  "hub.claimed": { file: "hub/handlers.js", function: "claimEpoch", at: "after" },
  "hub.asked": { file: "hub/handlers.js", function: "pushCheckpoint", at: "before" },
  "hub.indexed": { file: "hub/store/receive-pack.js", function: "moveIn", at: "before" },
  "hub.moved-in": { file: "hub/store/receive-pack.js", function: "moveIn", at: "after" },
  "hub.ref-moved": { file: "hub/store/repositories.js", function: "writeThreadRef", at: "after" },
  "hub.recorded": { file: "hub/handlers.js", function: "pushCheckpoint", at: "after" },

  "handoff.asked": { file: "activities/prepare-workspace.js", function: "prepareWorkspace", at: "before" },
  "handoff.copied": { file: "activities/workspace/bring-up.js", function: "fetchThread", at: "after" },
  "handoff.prepared": { file: "activities/prepare-workspace.js", function: "prepareWorkspace", at: "after" },
  "handoff.switched": { file: "activities/open-workspace.js", function: "openWorkspace", at: "before" },
  "handoff.restored": { file: "activities/workspace/bring-up.js", function: "restoreThread", at: "after" },
  "handoff.opened": { file: "activities/open-workspace.js", function: "openWorkspace", at: "after" },

  "delivery.begun": { file: "activities/deliver.js", function: "deliver", at: "before" },
  "delivery.fenced": { file: "activities/deliver.js", function: "hand", at: "before" },
  "delivery.fetched": { file: "git/pack.js", function: "indexPack", at: "after" },
  "delivery.moved": { file: "git/deliver-branch.js", function: "moveBranch", at: "after" },
  "delivery.pushed": { file: "git/deliver-branch.js", function: "pushBranch", at: "after" },
  "delivery.done": { file: "activities/deliver.js", function: "deliver", at: "after" },
} as const satisfies Readonly<Record<string, KillPointPlace>>;

export type KillPoint = keyof typeof killPoints;
