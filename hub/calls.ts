import {
  status,
  type ClientWritableStream,
  type handleClientStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  type sendUnaryData,
  type ServerReadableStream,
  type ServerWritableStream,
} from "@grpc/grpc-js";
import { BatonFailure } from "../domain/failure.ts";
import { statusOf } from "./failure-status.ts";
import { hubLimits } from "./limits.ts";
import { settleWithin } from "./settle-within.ts";
import type { UploadPart } from "./wire.ts";

/** Called with each failed call. */
export type OnFailedCall = (error: unknown) => void;

export function unaryCall<Request, Response>(
  handle: (request: Request) => Promise<Response>,
  onFailed: OnFailedCall,
): handleUnaryCall<Request, Response> {
  return (call, callback) => void answer(() => handle(call.request), callback, onFailed);
}

/** A stream of messages in, one answer out. The answer may come before the stream has ended. */
export function uploadCall<Message, Response>(
  handle: (messages: AsyncIterator<Message>) => Promise<Response>,
  onFailed: OnFailedCall,
): handleClientStreamingCall<Message, Response> {
  return (call, callback) => void answer(() => handle(readMessages(call)), callback, onFailed);
}

async function answer<Response>(
  handle: () => Promise<Response>,
  send: sendUnaryData<Response>,
  onFailed: OnFailedCall,
): Promise<void> {
  try {
    send(null, await handle());
  } catch (error) {
    onFailed(error);
    send(statusOf(error));
  }
}

/** One request in, a stream of messages out, as fast as the peer reads. */
export function downloadCall<Request, Message>(
  handle: (request: Request, signal: AbortSignal) => AsyncIterable<Message> | Promise<AsyncIterable<Message>>,
  onFailed: OnFailedCall,
): handleServerStreamingCall<Request, Message> {
  return (call) => {
    const gone = new AbortController();
    call.once("cancelled", () => gone.abort());
    const send = async () => {
      for await (const message of await handle(call.request, gone.signal)) {
        if (gone.signal.aborted) return;
        await writeMessage(call, message, gone.signal);
      }
    };
    send().then(
      () => call.end(),
      (error: unknown) => {
        if (gone.signal.aborted) return call.end();
        onFailed(error);
        call.emit("error", statusOf(error));
      },
    );
  };
}

/** The messages of an upload; DEADLINE_EXCEEDED when none comes for the idle time. */
async function* readMessages<Message>(call: ServerReadableStream<Message, unknown>): AsyncGenerator<Message> {
  // Without this a stream whose sender vanished would look like one that is merely slow.
  call.once("cancelled", () =>
    call.destroy(Object.assign(new Error("cancelled"), { code: status.CANCELLED, details: "cancelled" })),
  );
  const messages = call[Symbol.asyncIterator]() as AsyncIterator<Message>;
  while (true) {
    const next = await settleWithin(messages.next(), hubLimits.idleMs, "the sender");
    if (next.done) return;
    yield next.value;
  }
}

/** Writes one message and waits while the peer is behind. */
export async function writeMessage<Message>(
  call: ServerWritableStream<unknown, Message> | ClientWritableStream<Message>,
  message: Message,
  signal: AbortSignal,
): Promise<void> {
  if (call.write(message)) return;
  let wake: () => void = () => undefined;
  const moved = new Promise<void>((resolve) => (wake = resolve));
  call.once("drain", wake);
  signal.addEventListener("abort", wake);
  try {
    await settleWithin(moved, hubLimits.idleMs, "the receiver");
  } finally {
    call.off("drain", wake);
    signal.removeEventListener("abort", wake);
  }
}

/** Splits an upload into its head and the chunks after it. */
export async function splitUpload<Head>(
  messages: AsyncIterator<UploadPart<Head>>,
): Promise<{ head: Head; chunks: AsyncGenerator<Uint8Array> }> {
  const first = await messages.next();
  const head = first.done ? undefined : first.value.head;
  if (head === undefined || head === null) throw new BatonFailure("Usage", "An upload begins with its head", { where: "hub" });
  return { head, chunks: chunksOf(messages) };
}

async function* chunksOf(messages: AsyncIterator<UploadPart<unknown>>): AsyncGenerator<Uint8Array> {
  for (let next = await messages.next(); !next.done; next = await messages.next()) {
    if (next.value.chunk === undefined) throw new BatonFailure("Usage", "An upload has one head", { where: "hub" });
    yield next.value.chunk;
  }
}
