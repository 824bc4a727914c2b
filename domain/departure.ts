import type { HandoffMode } from "./handoff.ts";
import { forgetLoss } from "./host-loss.ts";
import type { Placement } from "./placement.ts";
import { isSettled, type ThreadState } from "./thread.ts";

/** A move to another Temporal Service that is under way. */
export interface Departure {
  /** As people name the target: `team:`, `team:big-1`. */
  readonly to: string;
  /** Identity of the target's Temporal namespace: the same move, whatever the target is called. */
  readonly service: string;
  readonly mode: HandoffMode;
  /**
   * `quieting`: the running step ends; `ready`: nothing runs any more, the copy may begin; `leaving`: the thread may exist over
   * there from any moment on, so there is no way back but the one through there.
   */
  readonly phase: "quieting" | "ready" | "leaving";
  /** Epoch of the arrival: fences this service's writers off, and every claim over there is newer. */
  readonly epoch: number;
  readonly startedAt: number;
  /** Where it may run over there; null: on any host. */
  readonly placement: Placement | null;
  /** Identity of the namespace where the thread's home is. */
  readonly homeService: string;
  /** Steering messages that travel in the state; later ones are sent after it. */
  readonly steering: number;
}

export interface DepartRequest {
  readonly to: string;
  readonly service: string;
  /** Identity of the namespace that the thread leaves. */
  readonly from: string;
  readonly mode: HandoffMode;
  readonly placement: Placement | null;
  readonly by: string;
}

/** Calls a departure off. From `leaving` on it takes a reason why the thread cannot be over there. */
export interface CancelDeparture {
  readonly by: string;
  /** Of the departure that the reason is about. */
  readonly epoch?: number;
  /** `refused`: the target takes this arrival no more; `decided`: a person answers for the target being gone for good. */
  readonly because?: "refused" | "decided";
}

/** A thread that was taken back by decision: a copy of it may come to life over there, under lower epochs. */
export interface TakenBack {
  /** As people named the target. */
  readonly from: string;
  readonly service: string;
  /** Epoch of the arrival that it was taken back from. */
  readonly epoch: number;
  readonly at: number;
}

/** No copy that was left behind takes so many places that it would reach the epochs of the one that was taken back. */
const takeBackEpochs = 1_000_000;

/** Answer of the `departure` Query. */
export interface DepartureReport {
  readonly departure: Departure | null;
  /** The thread as it shall arrive; null until nothing runs any more. */
  readonly state: ThreadState | null;
  /** Steering that came too late to travel in the state. */
  readonly lateSteering: readonly string[];
}

/** Why a departure cannot begin; null when it can. Asking again for the one under way is fine. */
export function refuseDeparture(state: ThreadState, request: DepartRequest): string | null {
  const { departure, handoff } = state;
  if (departure && departure.service !== request.service) return `it is on its way to ${departure.to} already`;
  if (handoff) return `a handoff to ${handoff.to} is already under way`;
  if (state.phase === "ended") return `the thread is ${state.ending?.status ?? "ended"}`;
  if (state.start.tree !== undefined) return `it is a subagent of ${state.start.tree.parent}, which would lose it`;
  if (hasSubagentsAtWork(state)) return "its subagents are at work here and cannot come along: move it when they are done";
  return request.service === request.from ? "it is in that Temporal Service already" : null;
}

function hasSubagentsAtWork({ phase, fanOut }: ThreadState): boolean {
  return phase === "fanOut" || (fanOut?.tasks.some(({ status }) => status === "pending" || status === "running") ?? false);
}

export function beginDeparture(state: ThreadState, request: DepartRequest, now: number): ThreadState {
  if (state.departure) return { ...state, departure: { ...state.departure, mode: request.mode } };
  const epoch = state.lastEpoch + 1;
  const { to, service, mode, placement, from } = request;
  const homeService = state.homeService ?? from;
  const departure = { to, service, mode, phase: "quieting" as const, epoch, startedAt: now, placement, homeService, steering: 0 };
  return { ...state, lastEpoch: epoch, departure };
}

/** Nothing runs and no place is held. */
export function afterQuiet(state: ThreadState): ThreadState {
  const { departure } = state;
  if (departure?.phase !== "quieting") return state;
  return { ...state, departure: { ...departure, phase: "ready", steering: state.steering.length } };
}

/** The thread may be started over there from now on. */
export function beginLeaving(state: ThreadState): ThreadState {
  return state.departure ? { ...state, departure: { ...state.departure, phase: "leaving" } } : state;
}

/** Why a departure cannot be called off; null when it can. */
export function refuseCancel({ departure }: ThreadState, { epoch, because }: CancelDeparture): string | null {
  if (departure === undefined) return "it is not on its way anywhere";
  if (departure.phase !== "leaving" || (because !== undefined && epoch === departure.epoch)) return null;
  return `it may be at ${departure.to} already: finish the move, then pull it back`;
}

export function cancelDeparture({ departure, ...state }: ThreadState, { because }: CancelDeparture, now: number): ThreadState {
  if (departure?.phase !== "leaving" || because !== "decided") return state;
  const { to: from, service, epoch } = departure;
  return { ...state, lastEpoch: state.lastEpoch + takeBackEpochs, takenBack: { from, service, epoch, at: now } };
}

/** It runs over there: here it is over. */
export function afterDeparted(state: ThreadState, link: string, now: number): ThreadState {
  const to = state.departure?.to ?? "";
  return {
    ...forgetLoss(state),
    phase: "ended",
    questions: [],
    ending: { status: "moved", reason: `moved to ${to} (${link})` },
    settledAt: now,
  };
}

export function isQuiet(state: ThreadState): boolean {
  return state.departure !== undefined && state.departure.phase !== "quieting";
}

export function departureReport(state: ThreadState): DepartureReport {
  const { departure } = state;
  if (!departure || !isQuiet(state)) return { departure: departure ?? null, state: null, lateSteering: [] };
  return {
    departure,
    state: isSettled(state) ? null : arriving(state, departure),
    lateSteering: state.steering.slice(departure.steering),
  };
}

function arriving(state: ThreadState, departure: Departure): ThreadState {
  const { departure: _departure, placement: _placement, ...rest } = forgetLoss(state);
  const { epoch, homeService, placement, service, steering } = departure;
  return {
    ...rest,
    epoch,
    lastEpoch: epoch,
    hold: null,
    // The logins over there are others; if it is the same limit, the next attempt is told how long.
    backOff: null,
    homeService,
    foreign: homeService !== service,
    ...(placement === null ? {} : { placement }),
    steering: state.steering.slice(0, steering),
  };
}
