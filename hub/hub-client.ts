import { setTimeout as delay } from "node:timers/promises";
import type { HubConnection } from "../config/hub-settings.ts";
import { BatonFailure } from "../domain/failure.ts";
import { openChannel, type HubChannel } from "./channel.ts";
import type { HubClient, KnownHost, PushCheckpoint, StoredCheckpoint, TaskResult, TranscriptTail } from "./hub.ts";
import { hubLimits } from "./limits.ts";
import { checkLines } from "./names.ts";
import type {
  ArtifactPart,
  CheckpointHead,
  CheckpointResponse,
  Chunk,
  ListAttemptsResponse,
  ListedHost,
  TranscriptLine,
  UploadPart,
} from "./wire.ts";

export type { HubClient, StoredCheckpoint } from "./hub.ts";

/**
 * A client over one connection, made when it is first needed and again whenever it broke. Settings when a file that the
 * connection names cannot be used.
 */
export function connectHub(connection: HubConnection): HubClient {
  const channel = openChannel(connection);
  return {
    openRepository: ({ repository, shallow = [] }) => channel.unary("OpenRepository", { repository, shallow }),
    async pushBase(head, pack) {
      await channel.upload("PushBase", parts(head, pack));
    },
    claimEpoch: async (request) => checkpointOf(await channel.unary("ClaimEpoch", request)),
    async pushCheckpoint(request, pack) {
      await channel.upload("PushCheckpoint", parts(headOf(request), pack));
    },
    readCheckpoint: async (request) => checkpointOf(await channel.unary("ReadCheckpoint", request)),
    fetch: (request) => contents(channel.download<Chunk>("Fetch", request)),
    async appendTranscript({ thread, epoch, lines }) {
      // Before the first batch is sent, so that a bad line keeps all of them out.
      checkLines(lines);
      for (const batch of batches(lines)) await channel.unary("AppendTranscript", { thread, epoch, lines: batch });
    },
    tailTranscript: (request) => tail(channel, request),
    putArtifact: (content, about) => channel.upload("PutArtifact", artifactParts(content, about?.thread)),
    getArtifact: (request) => contents(channel.download<Chunk>("GetArtifact", request)),
    ...upkeep(channel),
    close: () => channel.close(),
  };
}

type Upkeep =
  | "settleThread"
  | "keepAttempt"
  | "listAttempts"
  | "recordResult"
  | "readResults"
  | "announceHost"
  | "listHosts"
  | "collectGarbage"
  | "checkStore";

function upkeep(channel: HubChannel): Pick<HubClient, Upkeep> {
  return {
    async settleThread(request) {
      await channel.unary("SettleThread", request);
    },
    async keepAttempt(request, pack) {
      await channel.upload("KeepAttempt", parts(headOf(request), pack));
    },
    async listAttempts(request) {
      const { attempts } = await channel.unary<ListAttemptsResponse>("ListAttempts", request);
      return { attempts: attempts.map(({ checkpoint, at, why }) => ({ ...checkpoint, at, why })) };
    },
    async recordResult(request) {
      await channel.unary("RecordResult", request);
    },
    async readResults(request) {
      const results: TaskResult[] = [];
      for await (const { base, ...result } of channel.download<TaskResult>("ReadResults", request))
        results.push({ ...result, ...(base ? { base } : {}) });
      return { results };
    },
    async announceHost(host) {
      await channel.unary("AnnounceHost", host);
    },
    async listHosts() {
      const hosts: KnownHost[] = [];
      for await (const { host, lastSeenMs, alive } of channel.download<ListedHost>("ListHosts", {})) {
        hosts.push({ ...host, lastSeenMs, alive });
      }
      return { hosts };
    },
    collectGarbage: (request) => channel.unary("CollectGarbage", request, hubLimits.maintenanceMs),
    checkStore: () => channel.unary("CheckStore", {}, hubLimits.maintenanceMs),
  };
}

function headOf({ repository, thread, previous, ...checkpoint }: PushCheckpoint): CheckpointHead {
  return { repository, thread, checkpoint, ...(previous === undefined ? {} : { previous }) };
}

async function* artifactParts(content: Uint8Array, thread: string | undefined): AsyncGenerator<ArtifactPart> {
  if (thread !== undefined) yield { content: Buffer.alloc(0), thread };
  yield* chunks(content);
}

function checkpointOf({ checkpoint }: CheckpointResponse): { checkpoint?: StoredCheckpoint } {
  return checkpoint === null ? {} : { checkpoint };
}

async function* parts<Head>(head: Head, pack: AsyncIterable<Uint8Array>): AsyncGenerator<UploadPart<Head>> {
  yield { head };
  for await (const piece of pack) {
    for (const { content } of chunks(piece)) yield { chunk: content };
  }
}

function* chunks(content: Uint8Array): Generator<Chunk> {
  for (let at = 0; at < content.length; at += hubLimits.chunkBytes) {
    yield { content: content.subarray(at, at + hubLimits.chunkBytes) };
  }
}

async function* contents(messages: AsyncIterable<Chunk>): AsyncGenerator<Uint8Array> {
  for await (const { content } of messages) yield content;
}

/** Groups lines into messages that the hub accepts. */
function* batches(lines: readonly string[]): Generator<string[]> {
  let batch: string[] = [];
  let bytes = 0;
  for (const line of lines) {
    const size = Buffer.byteLength(line) + 8;
    if (batch.length > 0 && bytes + size > hubLimits.batchBytes) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(line);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

async function* tail(channel: HubChannel, { signal, ...request }: TranscriptTail) {
  let offset = request.offset;
  let heardAt = performance.now();
  const aborted = () => signal?.aborted === true;
  while (!aborted()) {
    try {
      for await (const { line, nextOffset } of channel.download<TranscriptLine>(
        "TailTranscript",
        { ...request, offset },
        signal,
      )) {
        heardAt = performance.now();
        offset = nextOffset;
        if (line !== undefined) yield { line, nextOffset };
      }
      if (!request.follow) return;
    } catch (error) {
      const lost = error instanceof BatonFailure && error.type === "HubUnreachable";
      if (!request.follow || !lost || performance.now() - heardAt > hubLimits.reconnectMs) throw error;
    }
    // The hub ended the stream because it stops, or is gone: it may be back soon.
    await delay(200, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  }
}
