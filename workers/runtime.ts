import { Runtime, type RuntimeOptions } from "@temporalio/worker";
import { BatonFailure } from "../domain/failure.ts";
import type { Logger } from "../config/logger.ts";
import { temporalLogger } from "./temporal-logger.ts";

interface RuntimeRequest {
  readonly logger: Logger;
  /** Port on 127.0.0.1 where Prometheus finds the metrics; absent: none are exported. */
  readonly metricsPort?: number;
}

/** Installs the one runtime of this process; before any connection or Worker is made. Throws `Settings` for a port in use. */
export function installRuntime(request: RuntimeRequest): void {
  try {
    Runtime.install(runtimeOptions(request));
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    if (request.metricsPort === undefined || !text.includes("prometheus")) throw error;
    throw new BatonFailure("Settings", text, {
      where: `127.0.0.1:${request.metricsPort}`,
      next: "free that port, or set BATON_METRICS_PORT to another one",
      cause: error,
    });
  }
}

export function runtimeOptions({ logger, metricsPort }: RuntimeRequest): RuntimeOptions {
  const metrics = metricsPort === undefined ? {} : { metrics: { prometheus: { bindAddress: `127.0.0.1:${metricsPort}` } } };
  return {
    logger: temporalLogger(logger),
    telemetryOptions: { logging: { forward: {}, filter: coreFilter }, ...metrics },
    // Signals are the process's own to handle: the host drains before its Workers stop.
    shutdownSignals: [],
    workerHeartbeatInterval: "10s",
  };
}

/** Twenty pollers would write two lines a second while the server is away. */
const coreFilter = [
  "ERROR",
  "temporalio_sdk_core=WARN",
  "temporalio_common=WARN",
  "temporalio_client=WARN",
  "temporalio_client::retry=OFF",
].join(",");

/** BATON_METRICS_PORT as a port; undefined when it is not set. */
export function metricsPortOf(env: Readonly<Record<string, string | undefined>>): number | undefined {
  const text = env["BATON_METRICS_PORT"];
  if (text === undefined || text === "") return undefined;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port >= 1 && port <= 65_535) return port;
  throw new BatonFailure("Settings", `BATON_METRICS_PORT is "${text}", not a port`, {
    where: "environment",
    next: "set it to a number from 1 to 65535, or unset it",
  });
}
