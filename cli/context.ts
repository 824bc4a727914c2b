import { hubConnectionOf, hubConnectionTo, type HubConnection } from "../config/hub-settings.ts";
import type { Environment } from "../config/environment.ts";
import { readSettings } from "../config/settings.ts";
import type { HubClient } from "../hub/hub-client.ts";
import type { Endpoints } from "../infra/services/service-plan.ts";
import { connectTemporal } from "../infra/temporal-connection.ts";
import { configuredTemporal } from "../infra/temporal-target.ts";
import { readRunningServices } from "../infra/services/read-services.ts";
import { printNote } from "./output.ts";
import { threadWorkflowId } from "../workflows/messages.ts";
import { explainError } from "./threads/explain-error.ts";
import { temporalThreads, type Threads } from "./threads/temporal-threads.ts";

/** Open connections to the services. */
export interface Services {
  readonly endpoints: Endpoints;
  readonly threads: Threads;
  /** Connects when first asked for: lists and views do without it. */
  readonly hub: () => Promise<HubClient>;
  /** What tells this Temporal namespace from any other, whatever its address. */
  readonly identity: () => Promise<string>;
  /** The thread's page in Temporal UI; undefined when no UI is known. */
  threadUrl(thread: string): string | undefined;
}

export interface CommandContext {
  current(): Services;
  /** Connects anew if the services have moved. Never fails: what cannot be reached stays as it is. */
  refresh(): Promise<void>;
}

export interface OpenServices extends Services {
  close(): Promise<void>;
}

/** Starts what is missing, connects, and closes everything in the end. Errors of Temporal calls leave it explained. */
export async function withContext<T>(use: (context: CommandContext) => Promise<T>): Promise<T> {
  let services = await open((await running()) ?? (await started()));
  const context: CommandContext = {
    current: () => services,
    async refresh() {
      services = await reopened(services);
    },
  };
  try {
    return await use(context);
  } catch (error) {
    throw explainError(error);
  } finally {
    await services.close();
  }
}

/** Services that run already and are the ones meant: told by a few files, without loading what starts them. */
async function running(): Promise<Endpoints | undefined> {
  const endpoints = readRunningServices(readSettings(process.env).state)?.endpoints;
  if (endpoints?.temporal.embedded !== true) return undefined;
  if ((hubConnectionOf(process.env)?.address ?? endpoints.hub.address) !== endpoints.hub.address) return undefined;
  return (await configuredTemporal(process.env)) === undefined ? endpoints : undefined;
}

async function started(): Promise<Endpoints> {
  const { ensureServices } = await import("../infra/services/ensure-services.ts");
  return await ensureServices({ env: process.env, onProgress: printNote });
}

async function open(endpoints: Endpoints): Promise<OpenServices> {
  return openServices(endpoints, { env: process.env, hub: () => hubConnectionTo(endpoints.hub.address, process.env) });
}

interface Access {
  readonly env: Environment;
  readonly hub: () => HubConnection;
}

/** Connects to services that run; TemporalUnreachable within 3 s when they do not. */
export async function openServices(endpoints: Endpoints, access: Access): Promise<OpenServices> {
  const { temporal } = endpoints;
  const { client, connection, namespace } = await connectTemporal({
    env: access.env,
    ...(temporal.embedded ? { embedded: temporal } : {}),
  });
  let hub: Promise<HubClient> | undefined;
  return {
    endpoints,
    threads: temporalThreads(client),
    hub: () => (hub ??= import("../hub/hub-client.ts").then(({ connectHub }) => connectHub(access.hub()))),
    async identity() {
      const { namespaceInfo } = await connection.workflowService.describeNamespace({ namespace });
      return namespaceInfo?.id ?? `${temporal.address} ${namespace}`;
    },
    threadUrl: (thread) => threadUrl(temporal, thread),
    async close() {
      (await hub)?.close();
      await connection.close();
    },
  };
}

async function reopened(services: OpenServices): Promise<OpenServices> {
  const endpoints = readRunningServices(readSettings(process.env).state)?.endpoints;
  if (endpoints === undefined || placesOf(endpoints) === placesOf(services.endpoints)) return services;
  try {
    const next = await open(endpoints);
    await services.close();
    return next;
  } catch {
    return services;
  }
}

function placesOf({ temporal, hub }: Endpoints): string {
  return `${temporal.address} ${temporal.namespace} ${hub.address}`;
}

function threadUrl({ ui, namespace }: Endpoints["temporal"], thread: string): string | undefined {
  if (ui === undefined) return undefined;
  return `${ui.replace(/\/$/, "")}/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(threadWorkflowId(thread))}`;
}
