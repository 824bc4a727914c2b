import { Client, connectivityState, type ClientReadableStream, type Metadata } from "@grpc/grpc-js";
import type { HubConnection } from "../config/hub-settings.ts";
import { BatonFailure } from "../domain/failure.ts";
import { raceAgainst } from "../process/race-against.ts";
import { writeMessage } from "./calls.ts";
import { failureOf, hubUnreachable } from "./failure-status.ts";
import { hubLimits } from "./limits.ts";
import { clientCredentials, tlsName } from "./security/credentials.ts";
import { explainUnreachable } from "./security/explain-unreachable.ts";
import { tokenMetadata } from "./security/token-interceptor.ts";
import { settleWithin } from "./settle-within.ts";
import { hubMethods, type HubMethod } from "./wire.ts";

/** One connection to a hub, and the three shapes of call over it. Errors are BatonFailures where they are expected. */
export interface HubChannel {
  /** `waitMs` is the call's deadline. */
  unary<Response>(method: HubMethod, request: object, waitMs?: number): Promise<Response>;
  upload<Response>(method: HubMethod, messages: AsyncIterable<object>): Promise<Response>;
  /** Ends quietly when `signal` aborts. */
  download<Message>(method: HubMethod, request: object, signal?: AbortSignal): AsyncGenerator<Message>;
  close(): void;
}

interface Connected {
  readonly client: Client;
  /** Goes with every call. */
  readonly metadata: Metadata;
}

/** Settings when the connection's files cannot be used. */
export function openChannel(connection: HubConnection): HubChannel {
  const client = openClient(connection);
  const connected = { client, metadata: tokenMetadata(connection.token) };
  const explained = async <Result>(call: () => Promise<Result>): Promise<Result> => {
    try {
      await untilConnected(client, connection);
      return await call();
    } catch (error) {
      throw await explain(error, connection);
    }
  };
  return {
    unary: <Response>(method: HubMethod, request: object, waitMs = hubLimits.unaryMs) =>
      explained(() => unary<Response>(connected, method, { request, waitMs })),
    upload: <Response>(method: HubMethod, messages: AsyncIterable<object>) =>
      explained(() => upload<Response>(connected, method, messages)),
    async *download<Message>(method: HubMethod, request: object, signal?: AbortSignal) {
      if (signal?.aborted) return;
      try {
        await untilConnected(client, connection);
        if (signal?.aborted) return;
        const { path, requestSerialize, responseDeserialize } = hubMethods()[method];
        const { metadata } = connected;
        const call = client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, request, metadata);
        yield* read<Message>(call, signal);
      } catch (error) {
        if (!signal?.aborted) throw await explain(error, connection);
      }
    },
    close: () => client.close(),
  };
}

function openClient(connection: HubConnection): Client {
  const name = tlsName(connection);
  return new Client(connection.address, clientCredentials(connection), {
    "grpc.initial_reconnect_backoff_ms": 100,
    "grpc.min_reconnect_backoff_ms": 100,
    "grpc.max_reconnect_backoff_ms": 1000,
    "grpc.keepalive_time_ms": 20_000,
    "grpc.keepalive_timeout_ms": 10_000,
    "grpc.max_receive_message_length": hubLimits.messageBytes,
    "grpc.max_send_message_length": hubLimits.messageBytes,
    "grpc-node.flow_control_window": 1024 * 1024,
    // The hub is never behind a proxy, and close() has to end its own connection.
    "grpc.enable_http_proxy": 0,
    "grpc.use_local_subchannel_pool": 1,
    ...(name === undefined ? {} : { "grpc.ssl_target_name_override": name, "grpc.default_authority": name }),
  });
}

/** Bounds the time to connect: a machine that answers nothing would otherwise cost each call its whole deadline. */
async function untilConnected(client: Client, { address }: HubConnection): Promise<void> {
  const channel = client.getChannel();
  const startedAt = performance.now();
  const over: readonly connectivityState[] = [
    connectivityState.READY,
    connectivityState.TRANSIENT_FAILURE,
    connectivityState.SHUTDOWN,
  ];
  for (let state = channel.getConnectivityState(true); !over.includes(state); state = channel.getConnectivityState(true)) {
    await new Promise<void>((resolve, reject) => {
      const late = new Error(`no connection within ${hubLimits.connectMs / 1000} s`);
      const changed = (error?: Error) => (error === undefined ? resolve() : reject(hubUnreachable(address, late)));
      // gRPC wants a time of day; reckoned anew each time, so that a clock that is set does not move the end.
      const leftMs = hubLimits.connectMs - (performance.now() - startedAt);
      channel.watchConnectivityState(state, Date.now() + leftMs, changed);
    });
  }
}

async function explain(error: unknown, connection: HubConnection): Promise<unknown> {
  const failure = failureOf(error, connection.address);
  if (!(failure instanceof BatonFailure) || failure.type !== "HubUnreachable") return failure;
  const explanation = await explainUnreachable(connection, failure.message);
  if (explanation === undefined) return failure;
  const { cause, next } = explanation;
  return new BatonFailure("HubUnreachable", `The hub cannot be reached: ${cause}`, {
    where: connection.address,
    next,
    cause: failure,
  });
}

function unary<Response>(
  { client, metadata }: Connected,
  method: HubMethod,
  { request, waitMs }: { request: object; waitMs: number },
): Promise<Response> {
  const { path, requestSerialize, responseDeserialize } = hubMethods()[method];
  return new Promise((resolve, reject) => {
    const options = { deadline: Date.now() + waitMs };
    client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, metadata, options, (error, response) =>
      error === null ? resolve(response as Response) : reject(error),
    );
  });
}

async function upload<Response>(
  { client, metadata }: Connected,
  method: HubMethod,
  messages: AsyncIterable<object>,
): Promise<Response> {
  const { path, requestSerialize, responseDeserialize } = hubMethods()[method];
  let answer: (error: Error | null, response?: unknown) => void = () => undefined;
  const answered = new Promise<Response>((resolve, reject) => {
    answer = (error, response) => (error === null ? resolve(response as Response) : reject(error));
  });
  const call = client.makeClientStreamRequest(path, requestSerialize, responseDeserialize, metadata, answer);
  const over = new AbortController();
  const ended = answered.then(
    () => over.abort(),
    () => over.abort(),
  );
  const source = messages[Symbol.asyncIterator]();
  try {
    // The hub may answer before everything is sent: it has the checkpoint already, or refuses it.
    const untilAnswer = raceAgainst(ended);
    while (!over.signal.aborted) {
      const next = await untilAnswer(source.next());
      if (next === undefined || next.done) break;
      await writeMessage(call, next.value, over.signal);
    }
    if (!over.signal.aborted) call.end();
    return await settleWithin(answered, hubLimits.indexMs, "the hub");
  } finally {
    call.cancel();
    void source.return?.()?.catch(() => undefined);
  }
}

async function* read<Message>(call: ClientReadableStream<unknown>, signal?: AbortSignal): AsyncGenerator<Message> {
  const cancel = () => call.cancel();
  signal?.addEventListener("abort", cancel);
  // Cancelling after the last read raises an error that nobody waits for any more.
  call.on("error", () => undefined);
  const messages = call[Symbol.asyncIterator]() as AsyncIterator<Message>;
  try {
    while (true) {
      const next = await settleWithin(messages.next(), hubLimits.readMs, "the hub");
      if (next.done) return;
      yield next.value;
    }
  } finally {
    signal?.removeEventListener("abort", cancel);
    call.cancel();
  }
}
