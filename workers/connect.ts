import { setTimeout as delay } from "node:timers/promises";
import { NativeConnection, type NativeConnectionOptions } from "@temporalio/worker";
import type { Logger } from "../config/logger.ts";

const retryMs = 500;
const probeMs = 2_000;
/** A result is only lost by an outage of ten seconds; one that began so recently is waited out by Core. */
const freshMs = 500;

/** Connects as soon as the Temporal Service is there: a host that starts first simply waits. Null when aborted first. */
export async function connectPatiently(
  options: NativeConnectionOptions,
  request: { logger: Logger; signal: AbortSignal },
): Promise<NativeConnection | null> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await NativeConnection.connect(options);
    } catch (error) {
      if (request.signal.aborted) return null;
      const { address } = options;
      if (attempt % 20 === 0) request.logger.warn({ address, error: String(error) }, "waiting for the Temporal Service");
      await delay(retryMs);
    }
  }
}

const lastAnswers = new WeakMap<NativeConnection, number>();

/** Resolves when the service answers, or has just answered; gives up when aborted. */
export async function whenReachable(connection: NativeConnection, signal: AbortSignal): Promise<void> {
  if (performance.now() - (lastAnswers.get(connection) ?? -freshMs) < freshMs) return;
  while (!signal.aborted) {
    try {
      await connection.withDeadline(Date.now() + probeMs, () => connection.workflowService.getSystemInfo({}));
      lastAnswers.set(connection, performance.now());
      return;
    } catch {
      await delay(retryMs);
    }
  }
}
