import type { ThreadState } from "./thread.ts";

/** What a person tells the agent; taken into its next prompt. */
export interface Steering {
  readonly text: string;
  readonly by: string;
  /** Set when it came too late to travel with the thread, and was sent after it. */
  readonly late?: LateSteering;
}

export interface LateSteering {
  /** Of the arrival that it missed. */
  readonly epoch: number;
  /** Counts from 0 what is sent after one arrival. */
  readonly index: number;
}

/** A move that broke off is finished by repeating it, so that what is sent after the thread may come twice. */
export function afterSteering(state: ThreadState, { text, late }: Steering): ThreadState {
  const next = { ...state, steering: [...state.steering, text] };
  if (late === undefined) return next;
  const { lateSteering: known } = state;
  const expected = known?.epoch === late.epoch ? known.index + 1 : 0;
  return late.index < expected ? state : { ...next, lateSteering: late };
}
