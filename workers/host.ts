import { randomUUID } from "node:crypto";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { Client } from "@temporalio/client";
import type { NativeConnection, NativeConnectionOptions, Worker } from "@temporalio/worker";
import type { HostContext } from "../activities/host-context.ts";
import { transcriptsSent } from "../activities/transcript-writer.ts";
import type { Logger } from "../config/logger.ts";
import type { Environment } from "../config/settings.ts";
import { BatonFailure } from "../domain/failure.ts";
import { connectHub } from "../hub/hub-client.ts";
import { temporalOptions } from "../infra/temporal-connection.ts";
import { connectPatiently, whenReachable } from "./connect.ts";
import { createWorkers } from "./create-workers.ts";
import { hostIdentity } from "./host-identity.ts";
import { recover, signalHeld } from "./holds.ts";
import { createPlaces } from "./places.ts";
import { installRuntime, metricsPortOf } from "./runtime.ts";

interface HostRequest {
  readonly env: Environment;
  readonly folder: string;
  readonly logger: Logger;
}

/** Runs this machine's host until it is told to stop and has drained. */
export async function runHost({ env, folder, logger }: HostRequest): Promise<void> {
  const metricsPort = metricsPortOf(env);
  installRuntime({ logger, ...(metricsPort === undefined ? {} : { metricsPort }) });
  await mkdir(folder, { recursive: true });
  const me = { host: await hostIdentity(folder), incarnation: randomUUID() };
  const draining = drainOnSignal(logger);
  const target = await temporalOptions({ env });
  const connection = await connectPatiently(nativeOptions(target.options), { logger, signal: draining });
  const client = new Client({ connection, namespace: target.namespace });
  const hub = connectHub({ address: hubAddressOf(env) });
  const places = createPlaces(placesOf(env));
  const host: HostContext = {
    ...me,
    folder,
    hub,
    logger: logger.child({ host: me.host }),
    env,
    places,
    draining,
    temporalReachable: (signal) => whenReachable(connection, AbortSignal.any([signal, draining])),
    signalHeld: signalHeld(client, me),
  };
  await recover(client, me, logger);
  const workers = await createWorkers({ connection, namespace: target.namespace, host, places });
  try {
    await runUntilDrained(workers, { env, host, draining });
  } finally {
    await transcriptsSent();
    hub.close();
    await closeQuietly(connection);
  }
}

async function runUntilDrained(
  workers: readonly Worker[],
  { env, host, draining }: { env: Environment; host: HostContext; draining: AbortSignal },
) {
  const running = Promise.all(workers.map((worker) => worker.run()));
  draining.addEventListener("abort", () => {
    for (const worker of workers) if (worker.getState() === "RUNNING") worker.shutdown();
  });
  await announceReady(env, { pid: process.pid, id: host.host, incarnation: host.incarnation });
  host.logger.info({ places: host.places.total, incarnation: host.incarnation }, "the host is ready");
  await running;
  host.logger.info("the host has drained");
}

function drainOnSignal(logger: Logger): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) return;
      logger.info({ signal }, "draining: running turns are checkpointed");
      controller.abort();
    });
  }
  return controller.signal;
}

async function announceReady(env: Environment, ready: Readonly<Record<string, unknown>>): Promise<void> {
  const file = env["BATON_READY_FILE"];
  if (file === undefined) return;
  await writeFile(`${file}.tmp`, JSON.stringify(ready));
  await rename(`${file}.tmp`, file);
}

function hubAddressOf(env: Environment): string {
  const address = env["BATON_HUB_ADDRESS"];
  if (address !== undefined && address !== "") return address;
  throw new BatonFailure("Settings", "BATON_HUB_ADDRESS is not set", { next: "start the host with: baton up" });
}

/** BATON_PLACES, or twice the processors: agents mostly wait for their models. */
function placesOf(env: Environment): number {
  const text = env["BATON_PLACES"];
  if (text === undefined || text === "") return Math.max(4, availableParallelism() * 2);
  const places = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (places >= 1) return places;
  throw new BatonFailure("Settings", `BATON_PLACES is "${text}", not a whole number of at least 1`, { where: "environment" });
}

/** The native connection takes a key, not a function that gives one. */
function nativeOptions({
  address,
  tls,
  apiKey,
  metadata,
}: Awaited<ReturnType<typeof temporalOptions>>["options"]): NativeConnectionOptions {
  const key = typeof apiKey === "function" ? apiKey() : apiKey;
  return {
    ...(address === undefined ? {} : { address }),
    ...(tls === undefined ? {} : { tls }),
    ...(key === undefined ? {} : { apiKey: key }),
    ...(metadata === undefined ? {} : { metadata }),
  };
}

async function closeQuietly(connection: NativeConnection): Promise<void> {
  // A Worker that failed may still hold the connection; the process ends anyway.
  await connection.close().catch(() => undefined);
}
