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

/** Work of an epoch that is over, kept for a person to look at. */
export interface Attempt extends StoredCheckpoint {
  /** ISO 8601. */
  readonly at: string;
  /** `superseded`: it was the newest checkpoint, of an unfinished turn; `refused`: it came after its epoch was over. */
  readonly why: "superseded" | "refused";
}

/** Work that achieved a task, by the task's key. */
export interface TaskResult {
  /** 32 hexadecimal digits. */
  readonly key: string;
  readonly thread: string;
  readonly commit: string;
  /** Commit that the work started from; empty or absent when it is not known. */
  readonly base?: string;
  /** ISO 8601; when it was recorded. */
  readonly at: string;
}

export interface RecordResult extends Omit<TaskResult, "at"> {
  readonly repository: string;
  readonly epoch: number;
}

/** What a host says about itself. */
export interface HostRecord {
  readonly id: string;
  readonly name: string;
  readonly labels: readonly string[];
  readonly places: { readonly total: number; readonly taken: number };
  /** Load average of the last minute. */
  readonly load1: number;
  readonly agents: readonly HostAgent[];
  /** Agent sessions that the host's disk holds. */
  readonly sessions?: readonly HostSession[];
  /** As in `linux-x64`. */
  readonly platform: string;
  /** Baton's. */
  readonly version: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly draining: boolean;
  /** It has left in order: not alive from now on. */
  readonly ended?: boolean;
}

export interface HostAgent {
  readonly name: string;
  readonly version?: string;
  /** Why it cannot be used here; empty when it can. */
  readonly problems: readonly string[];
}

export interface HostSession {
  readonly thread: string;
  readonly agent: string;
  readonly session: string;
}

export interface KnownHost extends HostRecord {
  /** Milliseconds since it last announced itself. */
  readonly lastSeenMs: number;
  /** It announced itself within two and a half intervals. */
  readonly alive: boolean;
}

/** What a collection removed, or would remove. */
export interface Collected {
  /** At most 1,000 of them are named. */
  readonly threads: readonly string[];
  readonly threadCount: number;
  readonly bases: number;
  readonly results: number;
  readonly artifacts: number;
  readonly artifactBytes: number;
  /** Repositories that were pruned, and those that were in use and wait for the next time. */
  readonly pruned: readonly string[];
  readonly busy: readonly string[];
}

export interface StoreProblem {
  /** As in `thread cart-7f3k` or `artifact 00ab…`. */
  readonly where: string;
  readonly problem: string;
}

export interface StoreCheck {
  readonly threads: number;
  readonly repositories: number;
  readonly transcripts: number;
  readonly artifacts: number;
  readonly results: number;
  /** At most 1,000. */
  readonly problems: readonly StoreProblem[];
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
  /** At most 256 MiB. Storing the same content again gives the same artifact. It is kept as long as one of its threads is. */
  putArtifact(content: Uint8Array, about?: { thread: string }): Promise<{ artifact: string }>;
  getArtifact(request: { artifact: string }): AsyncIterable<Uint8Array>;
  /** Says that nothing more comes for the thread, so that it can be collected some day. A newer epoch's claim takes it back. */
  settleThread(request: { repository: string; thread: string; epoch: number }): Promise<void>;
  /** Keeps work of an epoch that is over, without touching the thread. Conflict when the epoch is not over. */
  keepAttempt(request: PushCheckpoint, pack: AsyncIterable<Uint8Array>): Promise<void>;
  /** Newest first, at most 20. */
  listAttempts(request: { repository: string; thread: string }): Promise<{ attempts: readonly Attempt[] }>;
  /** Remembers that a task was achieved; the last one wins. NotFound when the hub does not have the commit. Idempotent. */
  recordResult(request: RecordResult): Promise<void>;
  /** Results of those keys that have one; at most 2,000 keys. Reading keeps them from being collected as unused. */
  readResults(request: { repository: string; keys: readonly string[] }): Promise<{ results: readonly TaskResult[] }>;
  /** Due every 5 s (`hubLimits.announceMs`); at most 64 KiB. */
  announceHost(host: HostRecord): Promise<void>;
  /** Hosts of the last week, by name. */
  listHosts(): Promise<{ hosts: readonly KnownHost[] }>;
  /** Removes what threads left that settled longer ago than this. Conflict while another collection runs. */
  collectGarbage(request: { olderThanMs: number; dryRun: boolean }): Promise<Collected>;
  checkStore(): Promise<StoreCheck>;
  close(): void;
}
