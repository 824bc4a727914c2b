import { Runtime, type RuntimeOptions } from "@temporalio/worker";
import { BatonFailure } from "../domain/failure.ts";
import { wholeNumber, type Environment } from "../config/environment.ts";
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

/** BATON_METRICS_PORT; undefined when it is not set. */
export function metricsPortOf(env: Environment): number | undefined {
  return wholeNumber(env, "BATON_METRICS_PORT", [1, 65_535]);
}
