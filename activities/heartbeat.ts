import { Context } from "@temporalio/activity";

const beatMs = 1_000;

/**
 * Heartbeats from a timer while `work` runs: silence of an agent is no reason to call its host dead. None at once, because
 * each is a write of the server, and its patience counts from the Activity's start anyway.
 */
export async function heartbeatWhile<T>(work: () => Promise<T>): Promise<T> {
  const context = Context.current();
  const timer = setInterval(() => context.heartbeat(), beatMs);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
