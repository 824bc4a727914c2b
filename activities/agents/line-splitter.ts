const newline = 10;

/** Takes chunks of a stream and hands over its lines. */
export interface LineSplitter {
  write(chunk: Uint8Array): void;
  /** Hands over what follows the last newline. */
  end(): void;
}

/** A line longer than `maxBytes` is handed over cut, so that memory stays bounded whatever a child prints. */
export function splitLines(onLine: (line: string, cut: boolean) => void, maxBytes = 4 * 1024 * 1024): LineSplitter {
  let parts: Uint8Array[] = [];
  let size = 0;
  const keep = (part: Uint8Array): void => {
    const room = Math.max(0, maxBytes - size);
    if (room > 0 && part.length > 0) parts.push(Uint8Array.prototype.slice.call(part, 0, room));
    size += part.length;
  };
  const flush = (): void => {
    const line = Buffer.concat(parts).toString("utf8");
    const cut = size > maxBytes;
    parts = [];
    size = 0;
    onLine(line, cut);
  };
  return {
    write(chunk) {
      let from = 0;
      for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, from)) {
        keep(chunk.subarray(from, at));
        flush();
        from = at + 1;
      }
      keep(chunk.subarray(from));
    },
    end() {
      if (size > 0) flush();
    },
  };
}
