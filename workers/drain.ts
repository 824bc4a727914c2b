import { setMaxListeners } from "node:events";
import type { Logger } from "../config/logger.ts";

export interface Drain {
  /** Aborted by the first signal: no new work from then on. */
  readonly leaving: AbortSignal;
  /** Aborted when the grace is over: what still runs is interrupted in order. */
  readonly draining: AbortSignal;
  /** Aborted by the second signal: the process ends at once. */
  readonly ending: AbortSignal;
}

interface DrainRequest {
  readonly logger: Logger;
  readonly graceMs: number;
  /** Called for the second signal; may not wait. */
  readonly atOnce: () => void;
}

/** Turns SIGTERM and SIGINT into an orderly end, and a second one into an immediate one. */
export function drainOnSignal({ logger, graceMs, atOnce }: DrainRequest): Drain {
  const leaving = new AbortController();
  const draining = new AbortController();
  const ending = new AbortController();
  const onSignal = (signal: NodeJS.Signals) => {
    if (leaving.signal.aborted) {
      logger.warn({ signal }, "ending at once: running turns are not checkpointed");
      ending.abort();
      return atOnce();
    }
    logger.info(
      { signal, graceMs },
      graceMs === 0 ? "draining: running turns are interrupted and checkpointed" : "draining: running turns may end",
    );
    leaving.abort();
    if (graceMs === 0) return draining.abort();
    setTimeout(() => draining.abort(), graceMs).unref();
  };
  // Each thread that is here listens.
  for (const { signal } of [leaving, draining, ending]) setMaxListeners(0, signal);
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
  return { leaving: leaving.signal, draining: draining.signal, ending: ending.signal };
}
