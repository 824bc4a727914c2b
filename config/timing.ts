import { BatonFailure } from "../domain/failure.ts";
import type { ThreadTiming } from "../domain/thread-start.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Waits of new threads: `BATON_HEARTBEAT_TIMEOUT_MS`, `BATON_STALL_MS`, `BATON_BACKOFF_MS`, `BATON_BACKOFF_MAX_MS`, `BATON_KEEP_PLACE_MS`, `BATON_TURNS_PER_RUN` and `BATON_EVENTS_PER_RUN`. */
export function timingOf(env: Environment): ThreadTiming {
  const backoffMs = whole(env, "BATON_BACKOFF_MS", 30_000);
  return {
    heartbeatTimeoutMs: whole(env, "BATON_HEARTBEAT_TIMEOUT_MS", 30_000),
    stallMs: whole(env, "BATON_STALL_MS", 900_000),
    backoffMs,
    keepPlaceMs: whole(env, "BATON_KEEP_PLACE_MS", 120_000),
    turnsPerRun: whole(env, "BATON_TURNS_PER_RUN", 100),
    eventsPerRun: whole(env, "BATON_EVENTS_PER_RUN", 4_000),
    backoffMaxMs: Math.max(backoffMs, whole(env, "BATON_BACKOFF_MAX_MS", 900_000)),
  };
}

function whole(env: Environment, name: string, otherwise: number): number {
  const text = env[name];
  if (text === undefined || text === "") return otherwise;
  const value = Number(text);
  if (/^\d+$/.test(text) && value > 0 && Number.isSafeInteger(value)) return value;
  throw new BatonFailure("Settings", `${name} is "${text}", not a whole number above 0`, {
    where: `environment variable ${name}`,
    next: `unset it, or set for instance ${name}=${otherwise}`,
  });
}
