/** Bytes and milliseconds that both ends of the hub's wire hold to. */
export const hubLimits = {
  chunkBytes: 256 * 1024,
  /** Longest message accepted: a full chunk or a batch of lines, and its frame. */
  messageBytes: 1024 * 1024 + 64 * 1024,
  batchBytes: 1024 * 1024,
  lineBytes: 64 * 1024,
  artifactBytes: 256 * 1024 * 1024,
  haves: 200,
  /** Task keys asked for at once. */
  keys: 2000,
  idleMs: 30_000,
  signOfLifeMs: 10_000,
  unaryMs: 10_000,
  /** Longest wait for a connection. */
  connectMs: 2500,
  /** Collecting garbage or checking the whole store. */
  maintenanceMs: 1_800_000,
  /** Calls at once over one connection. */
  concurrentStreams: 200,
  hostBytes: 64 * 1024,
  hosts: 2000,
  announceMs: 5000,
  /** How long a host that is gone is still listed. */
  hostKeptMs: 7 * 86_400_000,
  attemptsPerThread: 20,
  /** Age at which what settled threads left is collected, unless told otherwise. */
  keepMs: 30 * 86_400_000,
  /** How long tidying a repository waits for the calls in it to end; new ones wait meanwhile. */
  aloneMs: 10_000,
  collectEveryMs: 86_400_000,
  /** Objects that nothing refers to and half-written files live at least this long: a push may be about to need them. */
  graceMs: 2 * 3_600_000,
  /** Longest silence of the hub inside a stream, counting the objects of a large fetch included. */
  readMs: 120_000,
  /** How long the hub may take to index a pack after its last chunk. */
  indexMs: 600_000,
  /** How long a follower keeps trying to reach a hub that went away. */
  reconnectMs: 30_000,
} as const;
