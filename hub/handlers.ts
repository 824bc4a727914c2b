import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import { BatonFailure } from "../domain/failure.ts";
import { downloadCall, splitUpload, unaryCall, uploadCall } from "./calls.ts";
import { hubLimits } from "./limits.ts";
import { checkArtifact, checkEpoch, checkLines, checkName, checkObjects, checkThread } from "./names.ts";
import type { HubStore } from "./store/open-store.ts";
import { upkeepHandlers } from "./upkeep-handlers.ts";
import type * as wire from "./wire.ts";

type OnFailed = (method: wire.HubMethod, error: unknown) => void;

/** The service: checks what came in and hands it to the store. Followers end when `stopping` aborts. */
export function createHandlers(parts: {
  store: HubStore;
  onFailed: OnFailed;
  stopping: AbortSignal;
}): Record<wire.HubMethod, UntypedServiceImplementation[string]> {
  const { store, stopping } = parts;
  const failed = (method: wire.HubMethod) => (error: unknown) => parts.onFailed(method, error);
  return {
    OpenRepository: unaryCall((request: wire.OpenRepositoryRequest) => openRepository(store, request), failed("OpenRepository")),
    PushBase: uploadCall(
      (messages: AsyncIterator<wire.UploadPart<wire.BaseHead>>) => pushBase(store, messages),
      failed("PushBase"),
    ),
    ClaimEpoch: unaryCall((request: wire.ClaimEpochRequest) => claimEpoch(store, request), failed("ClaimEpoch")),
    PushCheckpoint: uploadCall(
      (messages: AsyncIterator<wire.UploadPart<wire.CheckpointHead>>) => pushCheckpoint(store, messages),
      failed("PushCheckpoint"),
    ),
    ReadCheckpoint: unaryCall((request: wire.ThreadRequest) => readCheckpoint(store, request), failed("ReadCheckpoint")),
    Fetch: downloadCall((request: wire.FetchRequest) => fetchPack(store, request), failed("Fetch")),
    AppendTranscript: unaryCall(
      (request: wire.AppendTranscriptRequest) => appendTranscript(store, request),
      failed("AppendTranscript"),
    ),
    TailTranscript: downloadCall(
      (request: wire.TailTranscriptRequest, gone) => tailTranscript(store, request, [gone, stopping]),
      failed("TailTranscript"),
    ),
    PutArtifact: uploadCall((messages: AsyncIterator<wire.ArtifactPart>) => putArtifact(store, messages), failed("PutArtifact")),
    GetArtifact: downloadCall(async ({ artifact }: { artifact: string }) => {
      checkArtifact(artifact);
      return asChunks(await store.artifacts.get(artifact));
    }, failed("GetArtifact")),
    KeepAttempt: uploadCall(
      (messages: AsyncIterator<wire.UploadPart<wire.CheckpointHead>>) => keepAttempt(store, messages),
      failed("KeepAttempt"),
    ),
    ...upkeepHandlers(store, failed),
  };
}

async function openRepository(store: HubStore, { repository, shallow }: wire.OpenRepositoryRequest) {
  checkName("repository", repository);
  checkObjects(shallow);
  return { haves: await store.repositories.open(repository, shallow) };
}

async function pushBase(store: HubStore, messages: AsyncIterator<wire.UploadPart<wire.BaseHead>>) {
  const { head, chunks } = await splitUpload(messages);
  checkName("repository", head.repository);
  checkObjects([head.commit]);
  await store.repositories.pushBase(head.repository, head.commit, chunks);
  return {};
}

async function claimEpoch(store: HubStore, request: wire.ClaimEpochRequest): Promise<wire.CheckpointResponse> {
  checkThread(request);
  checkEpoch(request.epoch);
  return { checkpoint: (await store.checkpoints.claim(request)) ?? null };
}

async function pushCheckpoint(store: HubStore, messages: AsyncIterator<wire.UploadPart<wire.CheckpointHead>>) {
  const { request, chunks } = await readPush(messages);
  await store.checkpoints.push(request, chunks);
  return {};
}

async function keepAttempt(store: HubStore, messages: AsyncIterator<wire.UploadPart<wire.CheckpointHead>>) {
  const { request, chunks } = await readPush(messages);
  await store.attempts.keep(request, chunks);
  return {};
}

async function readPush(messages: AsyncIterator<wire.UploadPart<wire.CheckpointHead>>) {
  const { head, chunks } = await splitUpload(messages);
  checkThread(head);
  const { repository, thread, previous, checkpoint } = head;
  if (checkpoint === null) throw new BatonFailure("Usage", "A pushed checkpoint has to be named", { where: `thread ${thread}` });
  checkObjects([checkpoint.snapshot, checkpoint.commit, checkpoint.tree]);
  checkEpoch(checkpoint.epoch);
  return { request: { repository, thread, ...(previous === undefined ? {} : { previous }), ...checkpoint }, chunks };
}

async function putArtifact(store: HubStore, messages: AsyncIterator<wire.ArtifactPart>) {
  const first = await messages.next();
  const thread = first.done ? undefined : first.value.thread;
  if (thread !== undefined) checkName("thread", thread);
  const chunks = first.done ? contents(messages) : joined(first.value.content, contents(messages));
  return { artifact: await store.artifacts.put(chunks, thread) };
}

async function* joined(first: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  yield* rest;
}

async function readCheckpoint(store: HubStore, request: wire.ThreadRequest): Promise<wire.CheckpointResponse> {
  checkThread(request);
  return { checkpoint: (await store.checkpoints.read(request)) ?? null };
}

function fetchPack(store: HubStore, request: wire.FetchRequest): AsyncIterable<wire.Chunk> {
  checkName("repository", request.repository);
  checkObjects([...request.wants, ...request.haves]);
  return asChunks(store.repositories.fetch(request));
}

async function appendTranscript(store: HubStore, request: wire.AppendTranscriptRequest) {
  const { thread, epoch, lines } = request;
  checkName("thread", thread);
  checkEpoch(epoch);
  checkLines(lines);
  await store.appendTranscript({ thread, epoch, lines });
  return {};
}

async function* tailTranscript(
  store: HubStore,
  request: wire.TailTranscriptRequest,
  ends: AbortSignal[],
): AsyncGenerator<wire.TranscriptLine> {
  checkName("thread", request.thread);
  let nextOffset = request.offset;
  const tailing = { ...request, signal: AbortSignal.any(ends), quietMs: hubLimits.signOfLifeMs };
  for await (const tailed of store.transcripts.tail(tailing)) {
    nextOffset = tailed?.nextOffset ?? nextOffset;
    yield tailed ?? { nextOffset };
  }
}

async function* contents(messages: AsyncIterator<wire.Chunk>): AsyncGenerator<Uint8Array> {
  for (let next = await messages.next(); !next.done; next = await messages.next()) yield next.value.content;
}

async function* asChunks(source: AsyncIterable<Uint8Array>): AsyncGenerator<wire.Chunk> {
  for await (const content of source) {
    for (let at = 0; at < content.length; at += hubLimits.chunkBytes) {
      yield { content: content.subarray(at, at + hubLimits.chunkBytes) };
    }
  }
}
