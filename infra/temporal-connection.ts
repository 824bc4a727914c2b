import type { Client, Connection, ConnectionOptions } from "@temporalio/client";
import { plainTextToTls, speaksTls, tlsError } from "../config/connections/tls-handshake.ts";
import type { Environment } from "../config/environment.ts";
import { BatonFailure } from "../domain/failure.ts";
import { explainConnectError } from "./explain-connect-error.ts";
import { embeddedNamespace, loadTemporalProfile } from "./temporal-target.ts";

export interface TemporalConnection {
  readonly connection: Connection;
  readonly client: Client;
  readonly namespace: string;
  readonly address: string;
}

interface ConnectRequest {
  readonly env: Environment;
  /** Where Baton's own server is; without it the environment and Temporal's configuration file decide. */
  readonly embedded?: { readonly address: string; readonly namespace: string };
}

interface Resolved {
  readonly address: string;
  readonly namespace: string;
  readonly options: Pick<ConnectionOptions, "address" | "tls" | "apiKey" | "metadata">;
}

const probeMs = 2000;
/** Baton's own server is known to be the right one: when it is slow, the machine is busy. */
const embeddedProbeMs = 20_000;
const lookMs = 500;
// The defaults back off up to two minutes, far longer than a restart of the server takes.
const channelArgs = {
  "grpc.initial_reconnect_backoff_ms": 100,
  "grpc.min_reconnect_backoff_ms": 100,
  "grpc.max_reconnect_backoff_ms": 1000,
};

/** What `Connection` and `NativeConnection` need to reach the configured Temporal Service. */
export async function temporalOptions({ env, embedded }: ConnectRequest): Promise<Resolved> {
  if (embedded !== undefined) return { ...embedded, options: { address: embedded.address } };
  const { toClientOptions } = await import("@temporalio/envconfig");
  const { connectionOptions, namespace } = toClientOptions(await loadTemporalProfile(env));
  const address = connectionOptions.address ?? "localhost:7233";
  const { tls, apiKey, metadata } = connectionOptions;
  const options = {
    address,
    ...(tls === undefined ? {} : { tls }),
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(metadata === undefined ? {} : { metadata }),
  };
  return { address, namespace: namespace ?? embeddedNamespace(env), options };
}

/**
 * Connects and proves it: the service answers and has the namespace. Otherwise, within 3 s (20 s for Baton's own), throws
 * `BatonFailure("TemporalUnreachable")` that names the cause.
 */
export async function connectTemporal(request: ConnectRequest): Promise<TemporalConnection> {
  const target = await temporalOptions(request);
  const { Client, Connection } = await import("@temporalio/client");
  await probe(target, Connection, request.embedded === undefined ? probeMs : embeddedProbeMs);
  const connection = Connection.lazy({ ...target.options, channelArgs });
  const client = new Client({ connection, namespace: target.namespace });
  return { connection, client, namespace: target.namespace, address: target.address };
}

async function probe(target: Resolved, connections: typeof Connection, withinMs: number): Promise<void> {
  let connection: Connection | undefined;
  try {
    // Without the retrying interceptor the first error is the true one, and comes at once.
    connection = connections.lazy({ ...target.options, interceptors: [], channelArgs });
    const { workflowService } = connection;
    await connection.withDeadline(Date.now() + withinMs, async () => {
      await workflowService.getSystemInfo({});
      await workflowService.describeNamespace({ namespace: target.namespace });
    });
  } catch (error) {
    throw await unreachable(error, target);
  } finally {
    await connection?.close().catch(() => undefined);
  }
}

async function unreachable(error: unknown, target: Resolved): Promise<BatonFailure> {
  const { code, message } = error as { code?: unknown; message: string };
  const { tls } = target.options;
  const attempt = {
    code: typeof code === "number" ? code : undefined,
    message: await tellingMessage(message, target),
    tls: Boolean(tls),
    namespace: target.namespace,
  };
  const { cause, next } = explainConnectError(attempt);
  return new BatonFailure("TemporalUnreachable", `Temporal Service at ${target.address} cannot be used: ${cause}`, {
    where: `${target.address}, namespace ${target.namespace}`,
    next,
    cause: error,
  });
}

/** grpc-js only says that it failed when the other side hangs up: a handshake of our own tells why. */
async function tellingMessage(message: string, { address, options: { tls } }: Resolved): Promise<string> {
  if (!/Failed to connect/.test(message)) return message;
  const { hostname, port } = new URL(`tcp://${address}`);
  const at = { host: hostname.replaceAll(/[[\]]/g, ""), port: Number(port || 7233), waitMs: lookMs };
  if (!tls) return (await speaksTls(at)) ? plainTextToTls : message;
  const { clientCertPair, serverRootCACertificate, serverNameOverride } = tls === true ? {} : tls;
  const options = {
    ...(clientCertPair && { cert: Buffer.from(clientCertPair.crt), key: Buffer.from(clientCertPair.key) }),
    ...(serverRootCACertificate && { ca: Buffer.from(serverRootCACertificate) }),
    ...(serverNameOverride && { servername: serverNameOverride }),
  };
  return (await tlsError({ ...at, options })) ?? message;
}
