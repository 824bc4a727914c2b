export interface OutputTail {
  push(chunk: Buffer): void;
  content(): Buffer;
}

/** Keeps the last `limit` bytes of a stream, however long it gets. */
export function createOutputTail(limit: number): OutputTail {
  let chunks: Buffer[] = [];
  let head = 0;
  let total = 0;
  return {
    push(chunk) {
      chunks.push(chunk);
      total += chunk.length;
      while (head < chunks.length - 1 && total - (chunks[head]?.length ?? 0) >= limit) {
        total -= chunks[head]?.length ?? 0;
        head += 1;
      }
      if (head > 1024) {
        chunks = chunks.slice(head);
        head = 0;
      }
    },
    content() {
      const all = Buffer.concat(chunks.slice(head));
      return all.length > limit ? all.subarray(all.length - limit) : all;
    },
  };
}
