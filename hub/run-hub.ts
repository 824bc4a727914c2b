import { once } from "node:events";
import type { HubListen } from "../config/hub-settings.ts";
import { hubLimits } from "./limits.ts";
import { startHubServer, type HubLog } from "./server.ts";
import { openHubStore, type HubStore } from "./store/open-store.ts";

interface HubRun {
  readonly listen: HubListen;
  /** The store's folder. */
  readonly folder: string;
  readonly log: HubLog;
  /** Age, in milliseconds, at which what settled threads left is collected; 30 days when absent. */
  readonly keepMs?: number;
  /** Told the address once calls are answered. */
  readonly onReady: (address: string) => void | Promise<void>;
}

/** Serves a store until SIGTERM or SIGINT, and collects its garbage once a day. */
export async function runHub({ listen, folder, log, keepMs = hubLimits.keepMs, onReady }: HubRun): Promise<void> {
  const ended = new AbortController();
  const signalled = Promise.race(
    (["SIGTERM", "SIGINT"] as const).map(async (signal) => {
      await once(process, signal, { signal: ended.signal });
      return signal;
    }),
  );
  signalled.catch(() => undefined);
  const store = await openHubStore(folder);
  try {
    const server = await startHubServer({ listen, store, log });
    const stopCollecting = collectDaily(store, { keepMs, log });
    await onReady(server.address);
    log.info({ address: server.address, folder, tls: listen.tls !== undefined, tokens: listen.tokens.length }, "hub ready");
    log.info({ signal: await signalled }, "hub stops");
    stopCollecting();
    await server.stop();
  } finally {
    await store.close();
    ended.abort();
  }
  log.info({}, "hub stopped");
}

/** Asks each hour whether a day has passed, because a timer does not count the time a machine sleeps. */
function collectDaily(store: HubStore, { keepMs, log }: { keepMs: number; log: HubLog }): () => void {
  let lastAt = Date.now();
  const timer = setInterval(() => {
    if (Date.now() - lastAt < hubLimits.collectEveryMs) return;
    lastAt = Date.now();
    store.collectGarbage({ olderThanMs: keepMs, dryRun: false }).then(
      (collected) => log.info({ ...collected, threads: collected.threads.length }, "garbage collected"),
      (error: unknown) => log.error({ err: error }, "garbage could not be collected"),
    );
  }, 3_600_000);
  timer.unref();
  return () => clearInterval(timer);
}
