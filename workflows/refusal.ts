import { ApplicationFailure } from "@temporalio/workflow";
import { isSettled } from "../domain/thread.ts";
import type { ThreadLoop } from "./thread-loop.ts";

/** Why a thread that is over takes nothing any more; null while it does. */
export function settledText({ state }: ThreadLoop): string | null {
  const over = isSettled(state) || state.ending?.status === "stopped";
  return over ? `the thread is ${state.ending?.status ?? "settled"}` : null;
}

/** Refuses an Update from its validator, which leaves no trace in the history. */
export function refuse(why: string | null): void {
  if (why !== null) throw ApplicationFailure.nonRetryable(why, "Conflict");
}
