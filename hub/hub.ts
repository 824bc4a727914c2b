/** A checkpoint as the hub knows it. */
export interface StoredCheckpoint {
  readonly snapshot: string;
  readonly commit: string;
  readonly tree: string;
  readonly turn: number;
  readonly epoch: number;
  /** Taken inside a turn that had not ended. */
  readonly partial: boolean;
}

export interface PushCheckpoint {
  readonly repository: string;
  readonly thread: string;
  readonly epoch: number;
  readonly turn: number;
  readonly partial: boolean;
  /** Snapshot this one follows; the hub refuses when the thread's ref is elsewhere. Absent for the first. */
  readonly previous?: string;
  readonly snapshot: string;
  readonly commit: string;
  readonly tree: string;
}

export interface TranscriptTail {
  readonly thread: string;
  /** Bytes; 0 or an earlier `nextOffset`. */
  readonly offset: number;
  readonly follow: boolean;
  readonly signal?: AbortSignal;
}

/**
 * The hub as hosts and the CLI see it. Every call has a deadline; failures are `BatonFailure`s (StaleEpoch, Conflict,
 * NotFound, Usage, DiskFull, HubUnreachable).
 */
export interface HubClient {
  /** Makes sure the repository exists and names commits in it that packs may build on. */
  openRepository(request: { repository: string; shallow?: readonly string[] }): Promise<{ haves: readonly string[] }>;
  /** Stores a base commit's objects and keeps them reachable. */
  pushBase(request: { repository: string; commit: string }, pack: AsyncIterable<Uint8Array>): Promise<void>;
  /** Fences every older epoch off and gives the thread's newest checkpoint. Claiming the same epoch again is fine. */
  claimEpoch(request: { repository: string; thread: string; epoch: number }): Promise<{ checkpoint?: StoredCheckpoint }>;
  /** Idempotent: pushing the checkpoint that is already the newest succeeds. Conflict when `previous` is not the newest. */
  pushCheckpoint(request: PushCheckpoint, pack: AsyncIterable<Uint8Array>): Promise<void>;
  /** Newest checkpoint of a thread, without claiming anything. */
  readCheckpoint(request: { repository: string; thread: string }): Promise<{ checkpoint?: StoredCheckpoint }>;
  /** A thin pack of `wants` for somebody who has `haves`. */
  fetch(request: { repository: string; wants: readonly string[]; haves: readonly string[] }): AsyncIterable<Uint8Array>;
  /** Appends lines (no newline inside, at most 64 KiB each) to a thread's transcript. An older epoch is refused. */
  appendTranscript(request: { thread: string; epoch: number; lines: readonly string[] }): Promise<void>;
  /** Lines from byte `offset` on; with `follow` it goes on until aborted, also over a restart of the hub. */
  tailTranscript(request: TranscriptTail): AsyncIterable<{ line: string; nextOffset: number }>;
  /** At most 256 MiB. Storing the same content again gives the same artifact. */
  putArtifact(content: Uint8Array): Promise<{ artifact: string }>;
  getArtifact(request: { artifact: string }): AsyncIterable<Uint8Array>;
  close(): void;
}
