/** Bytes and milliseconds that both ends of the hub's wire hold to. */
export const hubLimits = {
  chunkBytes: 256 * 1024,
  /** Longest message accepted: a full chunk or a batch of lines, and its frame. */
  messageBytes: 1024 * 1024 + 64 * 1024,
  batchBytes: 1024 * 1024,
  lineBytes: 64 * 1024,
  artifactBytes: 256 * 1024 * 1024,
  haves: 200,
  idleMs: 30_000,
  signOfLifeMs: 10_000,
  unaryMs: 10_000,
  /** Longest silence of the hub inside a stream, counting the objects of a large fetch included. */
  readMs: 120_000,
  /** How long the hub may take to index a pack after its last chunk. */
  indexMs: 600_000,
  /** How long a follower keeps trying to reach a hub that went away. */
  reconnectMs: 30_000,
} as const;
