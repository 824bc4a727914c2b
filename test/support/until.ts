import { setTimeout as delay } from "node:timers/promises";
import { inspect } from "node:util";

export interface Wait {
  /** What is awaited, for the error. */
  readonly why: string;
  /** Milliseconds; 30 s when absent. */
  readonly withinMs?: number;
}

/** Thrown by a condition that can never hold any more, so that the wait ends at once. */
export class GiveUp extends Error {
  override readonly name = "GiveUp";
}

const pollMs = 50;

/** The first truthy answer of `look`, asked every 50 ms. Throws with the last answer or error when the time is over. */
export async function until<T>(look: () => T | Promise<T>, { why, withinMs = 30_000 }: Wait): Promise<NonNullable<T>> {
  const deadline = performance.now() + withinMs;
  let last: unknown;
  do {
    try {
      last = await look();
      if (last) return last as NonNullable<T>;
    } catch (error) {
      if (error instanceof GiveUp) throw error;
      last = error;
    }
    await delay(pollMs);
  } while (performance.now() < deadline);
  throw new Error(`not within ${withinMs} ms: ${why}\nlast seen: ${inspect(last, { depth: 4 })}`);
}
