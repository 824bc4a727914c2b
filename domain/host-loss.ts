import { placementWithoutHost, type Placement } from "./placement.ts";
import { duration } from "./quantities.ts";
import type { Choice } from "./question.ts";
import type { ThreadState } from "./thread.ts";

/** What a thread does when the host that holds it is lost. */
export type OnLoss = "wait" | "move" | "ask";

export interface HostLossPolicy {
  /** Absent: `wait` for a host that was named, else `move`. */
  readonly onLoss?: OnLoss;
  /** How long it stays with the lost host first. Absent: as long as it takes to `wait`, not at all to `move`, else the heartbeat timeout once more. */
  readonly graceMs?: number;
}

/** The host that held the thread and is not heard any more. */
export interface LostHost {
  readonly host: string;
  /** When the loss was noticed; milliseconds since the epoch, as is `until`. */
  readonly at: number;
  /** When the grace is over; null: the thread stays with the host for as long as it takes. */
  readonly until: number | null;
  /** What comes after the grace. */
  readonly next: "move" | "ask";
}

type Stay = Pick<LostHost, "next"> & { readonly graceMs: number | null };

/** The place is gone although nobody gave it back: the thread stays with its host for the grace. */
export function loseHost(
  state: ThreadState,
  { now, restarted = false }: { readonly now: number; readonly restarted?: boolean },
): ThreadState {
  const { hold, start } = state;
  if (!hold || state.phase === "ended") return { ...state, hold: null };
  const { next, ...stay } = stayWith(state, hold.host);
  // A process that has just started again still has the workspace, and is about to give out its places.
  const graceMs = restarted && stay.graceMs === 0 ? start.timing.heartbeatTimeoutMs : stay.graceMs;
  const lost: LostHost = { host: hold.host, at: now, until: graceMs === null ? null : now + graceMs, next };
  return { ...state, hold: null, lost };
}

function stayWith({ start, placement }: ThreadState, host: string): Stay {
  const named = placement?.host === host && placement.preferred !== true;
  const { onLoss = named ? "wait" : "move", graceMs } = start.goal.hostLoss ?? {};
  if (onLoss === "wait") return { next: "ask", graceMs: graceMs ?? null };
  // Its silence was a grace already: whoever wants more says so.
  return { next: onLoss, graceMs: graceMs ?? (onLoss === "move" ? 0 : start.timing.heartbeatTimeoutMs) };
}

/** Milliseconds of the grace that are left; null when there is no end to it, or nothing is lost. */
export function graceLeft(lost: LostHost | undefined, now: number): number | null {
  return lost === undefined || lost.until === null ? null : Math.max(0, lost.until - now);
}

/** How long a person who says `wait` waits before the question comes again. */
export function graceOf(state: ThreadState): number {
  return (state.lost && stayWith(state, state.lost.host).graceMs) ?? state.start.timing.heartbeatTimeoutMs;
}

/** The thread has a place again, or needs none any more. */
export function forgetLoss<S extends ThreadState>(state: S): Omit<S, "lost"> & { lost?: never } {
  const { lost: _lost, ...rest } = state;
  return { ...rest, questions: state.questions.filter(({ kind }) => kind !== "host") };
}

/** Lets the lost host go: from now on any host that fits will do. A name that was asked for is given up with it. */
export function leaveLostHost(state: ThreadState): ThreadState {
  return placedAt(forgetLoss(state), placementWithout(state));
}

/** The host that the thread was moved to does not answer: any that fits will do, as before the move. */
export function leavePreferredHost(state: ThreadState): ThreadState {
  return state.placement?.preferred === true ? placedAt(state, placementWithoutHost(state.placement)) : state;
}

function placedAt({ placement: _before, ...state }: ThreadState, placement: Placement | undefined): ThreadState {
  return placement === undefined ? state : { ...state, placement };
}

/** Where it may go without the lost host. */
export function placementWithout({ lost, placement }: ThreadState): Placement | undefined {
  if (placement?.host === undefined || placement.host !== lost?.host) return placement;
  return placementWithoutHost(placement);
}

/** What a person decided about the lost host, `stop` apart. */
export function afterHostAnswer(state: ThreadState, choice: Choice, now: number): ThreadState {
  const { lost } = state;
  if (choice === "move" || !lost) return leaveLostHost(state);
  return { ...forgetLoss(state), lost: { ...lost, until: now + graceOf(state), next: "ask" } };
}

/** `waiting for big-1, lost at 14:03:20Z; moves at 14:05:20Z`: for what is written once and read later. */
export function lostText({ host, at, until, next }: LostHost): string {
  const then = until === null ? "" : `; ${next}s at ${clock(until)}`;
  return `waiting for ${host}, lost at ${clock(at)}${then}`;
}

/** `waiting for big-1, lost 40 s ago; moves in 80 s`. */
export function lostTextAt({ host, at, until, next }: LostHost, now: number): string {
  const then = until === null ? "" : `; ${next}s ${until <= now ? "now" : `in ${inSeconds(until - now)}`}`;
  return `waiting for ${host}, lost ${inSeconds(Math.max(0, now - at))} ago${then}`;
}

function inSeconds(ms: number): string {
  return duration(Math.max(1000, Math.round(ms / 1000) * 1000));
}

function clock(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
}
