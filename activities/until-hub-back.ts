import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "pino";
import { BatonFailure } from "../domain/failure.ts";

const firstWaitMs = 200;
const longestWaitMs = 5_000;

/** Tries again for as long as the hub cannot be reached: the work waits on this host's disk meanwhile. */
export async function untilHubBack<T>(
  call: () => Promise<T>,
  options: { readonly signal: AbortSignal; readonly logger: Logger },
): Promise<T> {
  for (let waitMs = firstWaitMs; ; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
    try {
      return await call();
    } catch (error) {
      const away = error instanceof BatonFailure && error.type === "HubUnreachable";
      if (!away || options.signal.aborted) throw error;
      options.logger.warn({ error: error.message, waitMs }, "the hub cannot be reached; trying again");
      await delay(waitMs);
    }
  }
}
