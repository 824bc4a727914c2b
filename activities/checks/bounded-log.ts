export interface BoundedLog {
  append(chunk: Uint8Array): void;
  /** All that was kept: the start and the end, with a line between them that says how much is missing. */
  content(): Buffer;
  /** The last bytes, at most as many as the end that is kept. */
  tail(bytes: number): Buffer;
}

/** Keeps the first and the last half of `limit` bytes, in constant memory however many chunks come. */
export function boundedLog(limit: number): BoundedLog {
  const half = Math.floor(limit / 2);
  const head = growingBuffer(half);
  const ring = ringBuffer(half);
  return {
    append(chunk) {
      const taken = head.append(chunk);
      if (taken < chunk.length) ring.append(chunk.subarray(taken));
    },
    content() {
      const cut = ring.total() - ring.content().length;
      const gap = cut > 0 ? [Buffer.from(`\n[cut: ${cut} bytes are missing here]\n`)] : [];
      return Buffer.concat([head.content(), ...gap, ring.content()]);
    },
    tail(bytes) {
      const end = ring.content();
      const cut = ring.total() > end.length;
      const all = cut || end.length >= bytes ? end : Buffer.concat([head.content(), end]);
      return all.subarray(Math.max(0, all.length - bytes));
    },
  };
}

function growingBuffer(limit: number) {
  let buffer = Buffer.alloc(0);
  let length = 0;
  return {
    /** Returns how many bytes of the chunk found room. */
    append(chunk: Uint8Array): number {
      const taken = Math.min(chunk.length, limit - length);
      if (length + taken > buffer.length) {
        const grown = Buffer.allocUnsafe(Math.min(limit, Math.max(65_536, (length + taken) * 2)));
        buffer.copy(grown, 0, 0, length);
        buffer = grown;
      }
      buffer.set(chunk.subarray(0, taken), length);
      length += taken;
      return taken;
    },
    content: () => buffer.subarray(0, length),
  };
}

function ringBuffer(size: number) {
  let buffer: Buffer | undefined;
  let total = 0;
  return {
    append(chunk: Uint8Array): void {
      buffer ??= Buffer.allocUnsafe(size);
      const kept = chunk.subarray(Math.max(0, chunk.length - size));
      const at = (total + chunk.length - kept.length) % size;
      const first = Math.min(kept.length, size - at);
      buffer.set(kept.subarray(0, first), at);
      buffer.set(kept.subarray(first), 0);
      total += chunk.length;
    },
    content(): Buffer {
      if (buffer === undefined) return Buffer.alloc(0);
      const at = total % size;
      return total <= size ? buffer.subarray(0, total) : Buffer.concat([buffer.subarray(at), buffer.subarray(0, at)]);
    },
    total: () => total,
  };
}
