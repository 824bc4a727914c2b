import { EventEmitter } from "node:events";
import { mkdir, open, readdir, rm, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { cutTornLine } from "./cut-torn-line.ts";

/** Append-only transcripts, one file of lines per thread. */
export interface Transcripts {
  /** All of the lines or none. Callers take turns per thread. */
  append(thread: string, lines: readonly string[]): Promise<void>;
  /** Whole lines from a byte offset on; undefined when nothing came for a while. Ends at the end of the file, or at the abort. */
  tail(request: TailRequest): AsyncGenerator<TailedLine | undefined>;
  /** Callers take turns per thread. */
  remove(thread: string): Promise<void>;
  list(): Promise<string[]>;
  pathOf(thread: string): string;
}

export interface TailedLine {
  readonly line: string;
  readonly nextOffset: number;
}

export interface TailRequest {
  readonly thread: string;
  readonly offset: number;
  readonly follow: boolean;
  readonly signal: AbortSignal;
  /** Milliseconds of silence after which a follower is told that nothing came. */
  readonly quietMs: number;
}

const newline = 10;
const readBytes = 64 * 1024;

export async function createTranscripts(root: string): Promise<Transcripts> {
  await mkdir(root, { recursive: true });
  const pathOf = (thread: string) => join(root, `${thread}.jsonl`);
  const appended = new EventEmitter().setMaxListeners(0);
  for (const thread of await listThreads(root)) cutTornLine(pathOf(thread));
  return {
    pathOf,
    remove: (thread) => rm(pathOf(thread), { force: true }),
    list: () => listThreads(root),
    async append(thread, lines) {
      if (lines.length === 0) return;
      const file = await open(pathOf(thread), "a");
      try {
        await appendWhole(file, lines.map((line) => `${line}\n`).join(""));
      } finally {
        await file.close();
      }
      appended.emit(eventOf(thread));
    },
    async *tail({ thread, offset, follow, signal, quietMs }) {
      let position = offset;
      while (!signal.aborted) {
        // Listening begins before reading, so that a line appended in between is not missed.
        const more = listen(appended, eventOf(thread));
        const before = position;
        try {
          for await (const tailed of readLines(pathOf(thread), position)) {
            position = tailed.nextOffset;
            yield tailed;
            if (signal.aborted) return;
          }
          if (!follow) return;
          if (position === before && (await more.wait(signal, quietMs)) === "quiet") yield undefined;
        } finally {
          more.stop();
        }
      }
    },
  };
}

async function listThreads(root: string): Promise<string[]> {
  return (await readdir(root)).filter((name) => name.endsWith(".jsonl")).map((name) => name.slice(0, -".jsonl".length));
}

// Prefixed, because emitters treat some names ("error") in their own way.
function eventOf(thread: string): string {
  return `appended ${thread}`;
}

function listen(emitter: EventEmitter, event: string) {
  let heard: () => void = () => undefined;
  const happened = new Promise<"appended">((resolve) => (heard = () => resolve("appended")));
  emitter.once(event, heard);
  return {
    stop: () => emitter.off(event, heard),
    async wait(signal: AbortSignal, quietMs: number): Promise<"appended" | "aborted" | "quiet"> {
      let timer: NodeJS.Timeout | undefined;
      let onAbort: () => void = () => undefined;
      const quiet = new Promise<"quiet">((resolve) => (timer = setTimeout(() => resolve("quiet"), quietMs)));
      const aborted = new Promise<"aborted">((resolve) => (onAbort = () => resolve("aborted")));
      signal.addEventListener("abort", onAbort);
      try {
        return await Promise.race([happened, quiet, aborted]);
      } finally {
        clearTimeout(timer);
        signal.removeEventListener("abort", onAbort);
      }
    },
  };
}

async function appendWhole(file: FileHandle, text: string): Promise<void> {
  const { size } = await file.stat();
  try {
    await file.appendFile(text);
  } catch (error) {
    await file.truncate(size);
    throw error;
  }
}

async function* readLines(path: string, offset: number): AsyncGenerator<TailedLine> {
  const file = await open(path, "r").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (file === undefined) return;
  try {
    yield* splitLines(file, offset);
  } finally {
    await file.close();
  }
}

async function* splitLines(file: FileHandle, offset: number): AsyncGenerator<TailedLine> {
  let rest = Buffer.alloc(0);
  let position = offset;
  while (true) {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(readBytes), 0, readBytes, position + rest.length);
    if (bytesRead === 0) return;
    rest = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
    for (let end = rest.indexOf(newline); end !== -1; end = rest.indexOf(newline)) {
      const line = rest.toString("utf8", 0, end);
      position += end + 1;
      rest = rest.subarray(end + 1);
      yield { line, nextOffset: position };
    }
  }
}
