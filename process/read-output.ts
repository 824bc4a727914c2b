import type { Readable } from "node:stream";
import { createOutputTail } from "./output-tail.ts";
import { settlesWithin, signalGroup } from "./process-group.ts";

interface Output {
  readonly stream: Readable;
  /** Settles when the stream ended and its consumer is through; rejects with the consumer's error. */
  readonly done: Promise<void>;
  readonly busy: () => boolean;
  readonly bytes: () => number;
  readonly tail: () => Buffer;
}

const graceMs = 500;
/** More than any pipe and buffer can hold: whoever writes that much after the child's end is a runaway. */
const leftoverBytes = 4 * 1024 * 1024;

/** Reads a child's stream, one chunk at a time through `consumer`, keeping the last `limit` bytes. */
export function readOutput(
  stream: Readable,
  limit: number,
  consumer: ((chunk: Buffer) => void | Promise<void>) | undefined,
): Output {
  const tail = createOutputTail(limit);
  let busy = false;
  let bytes = 0;
  const read = async () => {
    // Async iteration, because Node resumes a paused pipe by itself when the child exits.
    const chunks: AsyncIterator<Buffer> = stream[Symbol.asyncIterator]();
    while (true) {
      const next = await chunks.next().catch(() => undefined);
      if (next === undefined || next.done) return;
      bytes += next.value.length;
      tail.push(next.value);
      if (consumer === undefined) continue;
      busy = true;
      await consumer(next.value);
      busy = false;
    }
  };
  return { stream, done: read(), busy: () => busy, bytes: () => bytes, tail: () => tail.content() };
}

/** Reads what is left after the child's end. Descendants that hold the pipes are killed, or cut off if they fled the group. */
export async function drainOutput(outputs: readonly Output[], child: { group: number; stopped: () => boolean }): Promise<void> {
  const done = Promise.allSettled(outputs.map((output) => output.done));
  if (await settlesWithin(done, graceMs)) return;
  signalGroup(child.group, "SIGKILL");
  const limits = outputs.map((output) => output.bytes() + leftoverBytes);
  while (!(await settlesWithin(done, 100))) {
    const waiting = outputs.some((output) => output.busy() || output.stream.readableLength > 0);
    const runaway = outputs.some((output, index) => output.bytes() > (limits[index] ?? 0));
    if (!waiting || runaway || child.stopped()) break;
  }
  for (const output of outputs) output.stream.destroy();
  await settlesWithin(done, graceMs);
}
