import { Context } from "@temporalio/activity";

const beatMs = 1_000;

/** What heartbeats tell about an Activity for as long as it lasts. */
const told = new WeakMap<Context, string>();

/** Lets the heartbeats of an Activity say what it waits for, for `baton show` and Temporal UI; null: nothing any more. */
export function tellHeartbeat(context: Context, text: string | null): void {
  if (text === null) told.delete(context);
  else told.set(context, text);
}

/**
 * Heartbeats from a timer while `work` runs: silence of an agent is no reason to call its host dead. None at once, because
 * each is a write of the server, and its patience counts from the Activity's start anyway.
 */
export async function heartbeatWhile<T>(work: () => Promise<T>): Promise<T> {
  const context = Context.current();
  const timer = setInterval(() => context.heartbeat(told.get(context)), beatMs);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
