import { closeSync, fstatSync, ftruncateSync, openSync, readSync } from "node:fs";

const newline = 10;
const stepBytes = 64 * 1024;

/**
 * Cuts off half a line that a killed hub left at the end of a file. Reads the last byte of a whole one and no more, and
 * without waiting: a store has thousands of files, and nobody is served before all are mended.
 */
export function cutTornLine(path: string): void {
  const file = openSync(path, "r+");
  try {
    const { size } = fstatSync(file);
    const end = endOfLines(file, size);
    if (end < size) ftruncateSync(file, end);
  } finally {
    closeSync(file);
  }
}

function endOfLines(file: number, size: number): number {
  let end = size;
  for (let bytes = 1; end > 0; bytes = stepBytes) {
    const from = Math.max(0, end - bytes);
    const buffer = Buffer.alloc(end - from);
    readSync(file, buffer, 0, buffer.length, from);
    const last = buffer.lastIndexOf(newline);
    if (last !== -1) return from + last + 1;
    end = from;
  }
  return 0;
}
