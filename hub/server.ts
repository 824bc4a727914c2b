import { Server, type ServerCredentials } from "@grpc/grpc-js";
import { refuseUnguarded, type HubListen } from "../config/hub-settings.ts";
import { BatonFailure } from "../domain/failure.ts";
import { createHandlers } from "./handlers.ts";
import { hubLimits } from "./limits.ts";
import { serverCredentials } from "./security/credentials.ts";
import { tokenInterceptor } from "./security/token-interceptor.ts";
import type { HubStore } from "./store/open-store.ts";
import { hubMethods } from "./wire.ts";

export interface HubServer {
  /** `host:port`, with the port that was taken. */
  readonly address: string;
  /** Ends followers, lets other calls finish for at most two seconds, then cuts them off. */
  stop(): Promise<void>;
}

export interface HubLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

const graceMs = 2000;

/** Serves a store. Settings when the address cannot be used, or would be open to others without asking who they are. */
export async function startHubServer(request: { listen: HubListen; store: HubStore; log: HubLog }): Promise<HubServer> {
  const { listen, store, log } = request;
  refuseUnguarded(listen);
  const stopping = new AbortController();
  const onFailed = (method: string, error: unknown) => {
    if (error instanceof BatonFailure) log.warn({ method, type: error.type, reason: error.message }, "call refused");
    else log.error({ method, err: error }, "call failed");
  };
  const server = new Server({
    "grpc.max_receive_message_length": hubLimits.messageBytes,
    "grpc.max_send_message_length": hubLimits.messageBytes,
    "grpc.max_concurrent_streams": hubLimits.concurrentStreams,
    "grpc.keepalive_time_ms": 20_000,
    "grpc.keepalive_timeout_ms": 10_000,
    "grpc-node.flow_control_window": 1024 * 1024,
    "grpc.so_reuseport": 0,
    interceptors: listen.tokens.length === 0 ? [] : [tokenInterceptor(listen.tokens, onFailed)],
  });
  server.addService(hubMethods(), createHandlers({ store, onFailed, stopping: stopping.signal }));
  const host = listen.host.includes(":") ? `[${listen.host}]` : listen.host;
  const port = await bind(server, `${host}:${listen.port}`, serverCredentials(listen));
  return {
    address: `${host}:${port}`,
    stop() {
      stopping.abort();
      return shutDown(server);
    },
  };
}

function bind(server: Server, address: string, credentials: ServerCredentials): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, port) => {
      if (error === null) return resolve(port);
      const next = "free the port, or take another one";
      reject(
        new BatonFailure("Settings", `The hub cannot listen on ${address}: ${error.message}`, {
          where: address,
          next,
          cause: error,
        }),
      );
    });
  });
}

async function shutDown(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    const cut = setTimeout(() => {
      server.forceShutdown();
      resolve();
    }, graceMs);
    server.tryShutdown(() => {
      clearTimeout(cut);
      resolve();
    });
  });
}
