import { Server, ServerCredentials } from "@grpc/grpc-js";
import { BatonFailure } from "../domain/failure.ts";
import { createHandlers } from "./handlers.ts";
import { hubLimits } from "./limits.ts";
import type { HubStore } from "./store/open-store.ts";
import { hubMethods } from "./wire.ts";

export interface HubServer {
  /** `127.0.0.1:<port>`, with the port that was taken. */
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

/** Serves a store on a loopback address; port 0 takes a free one. Settings when the address cannot be used. */
export async function startHubServer(request: { address: string; store: HubStore; log: HubLog }): Promise<HubServer> {
  checkLoopback(request.address);
  const stopping = new AbortController();
  const server = new Server({
    "grpc.max_receive_message_length": hubLimits.messageBytes,
    "grpc.max_send_message_length": hubLimits.messageBytes,
    "grpc.keepalive_time_ms": 20_000,
    "grpc.keepalive_timeout_ms": 10_000,
    "grpc-node.flow_control_window": 1024 * 1024,
    "grpc.so_reuseport": 0,
  });
  const onFailed = (method: string, error: unknown) => {
    if (error instanceof BatonFailure) request.log.warn({ method, type: error.type, reason: error.message }, "call refused");
    else request.log.error({ method, err: error }, "call failed");
  };
  server.addService(hubMethods(), createHandlers({ store: request.store, onFailed, stopping: stopping.signal }));
  const port = await bind(server, request.address);
  return {
    address: `127.0.0.1:${port}`,
    stop() {
      stopping.abort();
      return shutDown(server);
    },
  };
}

function checkLoopback(address: string): void {
  if (/^127\.0\.0\.1:\d{1,5}$/.test(address)) return;
  throw new BatonFailure("Settings", `The hub listens on 127.0.0.1 only, not on ${address}`, {
    where: "hub address",
    next: "give 127.0.0.1:<port>; port 0 takes a free one",
  });
}

function bind(server: Server, address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, port) => {
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
