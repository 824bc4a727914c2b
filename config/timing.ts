import type { ThreadTiming } from "../domain/thread-start.ts";
import { wholeNumber, type Environment } from "./environment.ts";

/** Waits of new threads: `BATON_HEARTBEAT_TIMEOUT_MS`, `BATON_STALL_MS`, `BATON_BACKOFF_MS`, `BATON_BACKOFF_MAX_MS`, `BATON_KEEP_PLACE_MS`, `BATON_TURNS_PER_RUN` and `BATON_EVENTS_PER_RUN`. */
export function timingOf(env: Environment): ThreadTiming {
  const backoffMs = wholeNumber(env, "BATON_BACKOFF_MS") ?? 30_000;
  return {
    heartbeatTimeoutMs: wholeNumber(env, "BATON_HEARTBEAT_TIMEOUT_MS") ?? 30_000,
    stallMs: wholeNumber(env, "BATON_STALL_MS") ?? 900_000,
    backoffMs,
    keepPlaceMs: wholeNumber(env, "BATON_KEEP_PLACE_MS") ?? 120_000,
    turnsPerRun: wholeNumber(env, "BATON_TURNS_PER_RUN") ?? 100,
    eventsPerRun: wholeNumber(env, "BATON_EVENTS_PER_RUN") ?? 4_000,
    backoffMaxMs: Math.max(backoffMs, wholeNumber(env, "BATON_BACKOFF_MAX_MS") ?? 900_000),
  };
}
