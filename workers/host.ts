import { mkdir, rename, writeFile } from "node:fs/promises";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { Client } from "@temporalio/client";
import type { NativeConnection, NativeConnectionOptions, Worker } from "@temporalio/worker";
import { inFolder } from "../config/folder-failure.ts";
import { hostSettingsOf, type HostSettings } from "../config/host-settings.ts";
import type { Logger } from "../config/logger.ts";
import type { Environment } from "../config/environment.ts";
import { BatonFailure } from "../domain/failure.ts";
import { registerSearchAttributes } from "../infra/search-attributes.ts";
import { withFileLock } from "../infra/services/file-lock.ts";
import { temporalOptions } from "../infra/temporal-connection.ts";
import { reapProcesses } from "../process/reap.ts";
import { hostMarkers } from "../activities/thread-markers.ts";
import { connectPatiently } from "./connect.ts";
import { createWorkflowWorker } from "./create-workers.ts";
import { drainOnSignal, type Drain } from "./drain.ts";
import { hostIdentity } from "./host-identity.ts";
import { hubOf, takeHostRole } from "./host-role.ts";
import { installRuntime, metricsPortOf } from "./runtime.ts";

export interface HostRequest {
  readonly env: Environment;
  /** The host's own folder: its identity, object stores and workspaces. */
  readonly folder: string;
  readonly logger: Logger;
  /** How long a host that still runs on the folder may take to end. */
  readonly lockWaitMs: number;
}

interface Locked extends Omit<HostRequest, "lockWaitMs"> {
  readonly settings: HostSettings;
  readonly me: { readonly host: string; readonly incarnation: string };
}

const atOnceMs = 3_000;

/** Runs this machine's host until it is told to stop and has drained. Settings and Conflict are told before it joins. */
export async function runHost({ env, folder, logger, lockWaitMs }: HostRequest): Promise<void> {
  const settings = hostSettingsOf(env);
  if (settings.roles.has("host")) hubOf(env);
  const metricsPort = metricsPortOf(env);
  const conflict = (holder: number) =>
    new BatonFailure("Conflict", `a host already runs on this state directory (process ${holder})`, {
      where: folder,
      next: `end it (baton down, or kill ${holder}), or give this one a --state-dir of its own`,
    });
  const lock = { file: join(folder, "host.lock"), waitMs: lockWaitMs, onWait: () => undefined, conflict };
  const next = "give --state-dir, or set BATON_STATE_DIR to, a folder that can be written";
  await inFolder({ root: folder, what: "the host's folder", next }, async () => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await withFileLock(lock, async () => {
      const host = await hostIdentity(folder, settings.name);
      installRuntime({ logger, ...(metricsPort === undefined ? {} : { metricsPort }) });
      await serve({ env, folder, logger: logger.child({ host }), settings, me: { host, incarnation: randomUUID() } });
    });
  });
}

async function serve(host: Locked): Promise<void> {
  const { env, logger, settings, me } = host;
  const drain = drainOnSignal({ logger, graceMs: settings.drainGraceMs, atOnce: () => leaveAtOnce(me.host, host.folder) });
  const target = await temporalOptions({ env });
  const connection = await connectPatiently(nativeOptions(target.options), { logger, signal: drain.leaving });
  if (connection === null) return;
  try {
    const { namespace } = target;
    // A host may be the first to come to a namespace.
    await registerSearchAttributes(connection, namespace);
    const client = new Client({ connection, namespace });
    const request = { connection, namespace, identity: `${me.host}/${process.pid}`, drainGraceMs: settings.drainGraceMs };
    const role = settings.roles.has("host") ? await takeHostRole({ ...host, drain, client, request }) : undefined;
    const deciding = settings.roles.has("workflows") ? [await createWorkflowWorker(request)] : [];
    try {
      await runUntilDrained([...deciding, ...(role?.workers ?? [])], host, drain);
    } finally {
      await role?.leave();
    }
  } finally {
    await closeQuietly(connection);
  }
}

async function runUntilDrained(workers: readonly Worker[], { env, logger, settings, me }: Locked, { leaving }: Drain) {
  const running = Promise.all(workers.map((worker) => worker.run()));
  const stop = () => {
    for (const worker of workers) if (worker.getState() === "RUNNING") worker.shutdown();
  };
  if (leaving.aborted) stop();
  else leaving.addEventListener("abort", stop, { once: true });
  await announceReady(env, { pid: process.pid, id: me.host, incarnation: me.incarnation });
  const { labels, places, roles } = settings;
  logger.info({ id: me.host, labels, places, roles: [...roles], incarnation: me.incarnation }, "the host is ready");
  await running;
  logger.info("the host has drained");
}

/** Ends what works for threads here and leaves; their Workflows learn of it by a missed heartbeat. */
function leaveAtOnce(host: string, folder: string): void {
  const leave = () => process.exit(130);
  setTimeout(leave, atOnceMs);
  void reapProcesses(hostMarkers({ host, folder })).finally(leave);
}

async function announceReady(env: Environment, ready: Readonly<Record<string, unknown>>): Promise<void> {
  const file = env["BATON_READY_FILE"];
  if (file === undefined) return;
  await writeFile(`${file}.tmp`, JSON.stringify(ready));
  await rename(`${file}.tmp`, file);
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
