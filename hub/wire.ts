import { fileURLToPath } from "node:url";
import type { MethodDefinition } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import type { Attempt, HostRecord, StoredCheckpoint } from "./hub.ts";

/** The messages of hub.proto as proto-loader gives them. */
export interface OpenRepositoryRequest {
  readonly repository: string;
  readonly shallow: readonly string[];
}
export interface BaseHead {
  readonly repository: string;
  readonly commit: string;
}
export interface ThreadRequest {
  readonly repository: string;
  readonly thread: string;
}
export interface ClaimEpochRequest extends ThreadRequest {
  readonly epoch: number;
}
export interface CheckpointHead extends ThreadRequest {
  readonly previous?: string;
  readonly checkpoint: StoredCheckpoint | null;
}
export interface CheckpointResponse {
  readonly checkpoint: StoredCheckpoint | null;
}
/** First message of an upload carries `head`, each further one `chunk`. */
export interface UploadPart<Head> {
  readonly head?: Head;
  readonly chunk?: Uint8Array;
}
export interface FetchRequest {
  readonly repository: string;
  readonly wants: readonly string[];
  readonly haves: readonly string[];
}
export interface AppendTranscriptRequest {
  readonly thread: string;
  readonly epoch: number;
  readonly lines: readonly string[];
}
export interface TailTranscriptRequest {
  readonly thread: string;
  readonly offset: number;
  readonly follow: boolean;
}
export interface TranscriptLine {
  /** Absent in a sign of life. */
  readonly line?: string;
  readonly nextOffset: number;
}
export interface Chunk {
  readonly content: Uint8Array;
}

export interface ArtifactPart extends Chunk {
  /** In the first message, if at all. */
  readonly thread?: string;
}
export interface ListAttemptsResponse {
  readonly attempts: readonly { readonly checkpoint: StoredCheckpoint; readonly at: string; readonly why: Attempt["why"] }[];
}
export interface ReadResultsRequest {
  readonly repository: string;
  readonly keys: readonly string[];
}
export interface AnnouncedHost extends Omit<HostRecord, "places"> {
  readonly places: HostRecord["places"] | null;
}
export interface ListedHost {
  readonly host: HostRecord;
  readonly lastSeenMs: number;
  readonly alive: boolean;
}
export interface CollectGarbageRequest {
  readonly olderThanMs: number;
  readonly dryRun: boolean;
}

export type HubMethod =
  | "OpenRepository"
  | "PushBase"
  | "ClaimEpoch"
  | "PushCheckpoint"
  | "ReadCheckpoint"
  | "Fetch"
  | "AppendTranscript"
  | "TailTranscript"
  | "PutArtifact"
  | "GetArtifact"
  | "SettleThread"
  | "KeepAttempt"
  | "ListAttempts"
  | "RecordResult"
  | "ReadResults"
  | "AnnounceHost"
  | "ListHosts"
  | "CollectGarbage"
  | "CheckStore";

export type HubMethods = Readonly<Record<HubMethod, MethodDefinition<any, any>>>;

let loaded: HubMethods | undefined;

/** The service's methods, read once from hub.proto beside this file. */
export function hubMethods(): HubMethods {
  if (loaded === undefined) {
    const path = fileURLToPath(new URL("hub.proto", import.meta.url));
    const definitions = loadSync(path, { longs: Number, enums: String, defaults: true });
    loaded = definitions["baton.hub.v1.Hub"] as unknown as HubMethods;
  }
  return loaded;
}
