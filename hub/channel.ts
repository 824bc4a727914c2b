import { Client, credentials, Metadata, type ClientReadableStream } from "@grpc/grpc-js";
import { raceAgainst } from "../process/race-against.ts";
import { writeMessage } from "./calls.ts";
import { failureOf } from "./failure-status.ts";
import { hubLimits } from "./limits.ts";
import { settleWithin } from "./settle-within.ts";
import { hubMethods, type HubMethod } from "./wire.ts";

/** One connection to a hub, and the three shapes of call over it. Errors are BatonFailures where they are expected. */
export interface HubChannel {
  unary<Response>(method: HubMethod, request: object): Promise<Response>;
  upload<Response>(method: HubMethod, messages: AsyncIterable<object>): Promise<Response>;
  /** Ends quietly when `signal` aborts. */
  download<Message>(method: HubMethod, request: object, signal?: AbortSignal): AsyncGenerator<Message>;
  close(): void;
}

export function openChannel(address: string): HubChannel {
  const client = new Client(address, credentials.createInsecure(), {
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
  });
  return {
    unary: <Response>(method: HubMethod, request: object) =>
      unary<Response>(client, method, request).catch((error: unknown) => rethrow(error, address)),
    upload: <Response>(method: HubMethod, messages: AsyncIterable<object>) =>
      upload<Response>(client, method, messages).catch((error: unknown) => rethrow(error, address)),
    async *download<Message>(method: HubMethod, request: object, signal?: AbortSignal) {
      const { path, requestSerialize, responseDeserialize } = hubMethods()[method];
      if (signal?.aborted) return;
      const call = client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, request);
      try {
        yield* read<Message>(call, signal);
      } catch (error) {
        if (!signal?.aborted) rethrow(error, address);
      }
    },
    close: () => client.close(),
  };
}

function rethrow(error: unknown, address: string): never {
  throw failureOf(error, address);
}

function unary<Response>(client: Client, method: HubMethod, request: object): Promise<Response> {
  const { path, requestSerialize, responseDeserialize } = hubMethods()[method];
  return new Promise((resolve, reject) => {
    const options = { deadline: Date.now() + hubLimits.unaryMs };
    client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, new Metadata(), options, (error, response) =>
      error === null ? resolve(response as Response) : reject(error),
    );
  });
}

async function upload<Response>(client: Client, method: HubMethod, messages: AsyncIterable<object>): Promise<Response> {
  const { path, requestSerialize, responseDeserialize } = hubMethods()[method];
  let answer: (error: Error | null, response?: unknown) => void = () => undefined;
  const answered = new Promise<Response>((resolve, reject) => {
    answer = (error, response) => (error === null ? resolve(response as Response) : reject(error));
  });
  const call = client.makeClientStreamRequest(path, requestSerialize, responseDeserialize, answer);
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
