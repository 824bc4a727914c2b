import { Context } from "@temporalio/activity";

const beatMs = 1_000;

/** Heartbeats from a timer while `work` runs: silence of an agent is no reason to call its host dead. */
export async function heartbeatWhile<T>(work: () => Promise<T>): Promise<T> {
  const context = Context.current();
  context.heartbeat();
  const timer = setInterval(() => context.heartbeat(), beatMs);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
