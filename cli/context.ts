import type { HubClient } from "../hub/hub-client.ts";
import type { Endpoints } from "../infra/services/service-plan.ts";
import { printNote } from "./output.ts";
import { threadWorkflowId } from "../workflows/messages.ts";
import { explainError } from "./threads/explain-error.ts";
import { temporalThreads, type Threads } from "./threads/temporal-threads.ts";

/** Open connections to the services. */
export interface Services {
  readonly endpoints: Endpoints;
  readonly threads: Threads;
  readonly hub: HubClient;
  /** The thread's page in Temporal UI; undefined when no UI is known. */
  threadUrl(thread: string): string | undefined;
}

export interface CommandContext {
  current(): Services;
  /** Connects anew if the services have moved. Never fails: what cannot be reached stays as it is. */
  refresh(): Promise<void>;
}

interface OpenServices extends Services {
  close(): Promise<void>;
}

/** Starts what is missing, connects, and closes everything in the end. Errors of Temporal calls leave it explained. */
export async function withContext<T>(use: (context: CommandContext) => Promise<T>): Promise<T> {
  const { ensureServices } = await import("../infra/services/ensure-services.ts");
  let services = await open(await ensureServices({ env: process.env, onProgress: printNote }));
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

async function open(endpoints: Endpoints): Promise<OpenServices> {
  const [{ connectTemporal }, { connectHub }] = await Promise.all([
    import("../infra/temporal-connection.ts"),
    import("../hub/hub-client.ts"),
  ]);
  const { temporal } = endpoints;
  const { client, connection } = await connectTemporal({
    env: process.env,
    ...(temporal.embedded ? { embedded: temporal } : {}),
  });
  const hub = connectHub({ address: endpoints.hub.address });
  return {
    endpoints,
    threads: temporalThreads(client),
    hub,
    threadUrl: (thread) => threadUrl(temporal, thread),
    async close() {
      hub.close();
      await connection.close();
    },
  };
}

async function reopened(services: OpenServices): Promise<OpenServices> {
  const [{ readSettings }, { readRunningServices }] = await Promise.all([
    import("../config/settings.ts"),
    import("../infra/services/read-services.ts"),
  ]);
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
