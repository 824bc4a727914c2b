import { setTimeout as delay } from "node:timers/promises";
import { NativeConnection, type NativeConnectionOptions } from "@temporalio/worker";
import type { Logger } from "../config/logger.ts";

const retryMs = 500;
const probeMs = 2_000;

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

/** Resolves when the service answers; gives up when aborted. */
export async function whenReachable(connection: NativeConnection, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await connection.withDeadline(Date.now() + probeMs, () => connection.workflowService.getSystemInfo({}));
      return;
    } catch {
      await delay(retryMs);
    }
  }
}
