import { forgetLoss } from "./host-loss.ts";
import { placementAfterMove } from "./placement.ts";
import type { ThreadState } from "./thread.ts";

export type HandoffMode = "drain" | "interrupt";

/** A move to another host that is under way; the thread has one owner all along. */
export interface Handoff {
  readonly to: string;
  /** Label that the host was chosen by; absent when it was named. */
  readonly label?: string;
  readonly mode: HandoffMode;
  /** `preparing`: the target holds a place and copies; `ready`: the next step boundary switches over. */
  readonly phase: "preparing" | "ready";
  /** Epoch that the target's claim will write under. */
  readonly epoch: number;
  readonly startedAt: number;
  /** Bytes copied to the target before the switch. */
  readonly copiedBytes: number;
}

/** How the newest move went. */
export interface Moved {
  readonly from: string | null;
  readonly to: string;
  readonly ok: boolean;
  /** Why the thread stayed, or what was lost on the way. */
  readonly note: string;
  /** Milliseconds in which nobody worked: from the last step on the source to the opened workspace on the target. */
  readonly darkMs: number | null;
  readonly copiedBytes: number;
  readonly deltaBytes: number;
  readonly at: number;
}

export interface HandoffRequest {
  readonly to: string;
  readonly label?: string;
  readonly mode: HandoffMode;
  readonly by: string;
}

/** Why a handoff cannot begin; null when it can. */
export function refuseHandoff(state: ThreadState, request: HandoffRequest): string | null {
  if (state.departure) return `it is on its way to ${state.departure.to}`;
  if (state.handoff) return `a handoff to ${state.handoff.to} is already under way`;
  if (state.hold?.host === request.to) return `the thread is on ${request.to} already`;
  if (state.phase === "ended") return `the thread is ${state.ending?.status ?? "ended"}`;
  return null;
}

export function beginHandoff(state: ThreadState, request: HandoffRequest, now: number): ThreadState {
  const epoch = state.lastEpoch + 1;
  const { to, label, mode } = request;
  const chosen = label === undefined ? {} : { label };
  const handoff: Handoff = { to, ...chosen, mode, phase: "preparing", epoch, startedAt: now, copiedBytes: 0 };
  return { ...state, lastEpoch: epoch, handoff };
}

export function afterPrepared(state: ThreadState, copiedBytes: number): ThreadState {
  return state.handoff ? { ...state, handoff: { ...state.handoff, phase: "ready", copiedBytes } } : state;
}

/** Nothing was given up yet, so the thread goes on where it is. */
export function afterAbandoned(state: ThreadState, note: string, now: number): ThreadState {
  const { handoff, hold } = state;
  if (!handoff) return state;
  const { to, copiedBytes } = handoff;
  const moved: Moved = { from: hold?.host ?? null, to, ok: false, note, darkMs: null, copiedBytes, deltaBytes: 0, at: now };
  return { ...state, handoff: null, moved };
}

/** From here on the source is fenced: whatever it still writes carries an older epoch. */
export function switchOver(state: ThreadState, incarnation: string): ThreadState {
  const { handoff } = state;
  if (!handoff) return state;
  return { ...forgetLoss(state), epoch: handoff.epoch, hold: { host: handoff.to, incarnation, workspaceOpen: false } };
}

/** A thread stays where a person moved it: when it has given its place back, it asks there first. */
export function placeAtTarget(state: ThreadState): ThreadState {
  const { handoff, placement } = state;
  if (!handoff) return state;
  const { to: host, label } = handoff;
  return { ...state, placement: placementAfterMove(placement, { host, ...(label === undefined ? {} : { label }) }) };
}

export function afterMoved(state: ThreadState, result: Omit<Moved, "copiedBytes" | "to">): ThreadState {
  const { handoff } = state;
  if (!handoff) return state;
  return { ...state, handoff: null, moved: { ...result, to: handoff.to, copiedBytes: handoff.copiedBytes } };
}
