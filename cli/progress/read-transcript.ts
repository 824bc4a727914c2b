import { BatonFailure } from "../../domain/failure.ts";
import type { CommandContext } from "../context.ts";
import { isUnreachable, type Outage } from "./outage.ts";
import { pauseFor } from "./pause-for.ts";

export interface TranscriptReader {
  /** Hands over lines until aborted, over restarts of the hub. */
  follow(signal: AbortSignal): Promise<void>;
  /** Hands over what is there and not yet read. */
  readRest(): Promise<void>;
}

interface ReaderRequest {
  readonly thread: string;
  readonly context: CommandContext;
  readonly outage?: Outage;
  readonly onLine: (line: string) => void;
}

/** Reads a thread's transcript from its beginning; every line is handed over once. */
export function readTranscript({ thread, context, outage, onLine }: ReaderRequest): TranscriptReader {
  let offset = 0;

  const read = async (follow: boolean, signal?: AbortSignal) => {
    const request = { thread, offset, follow, ...(signal === undefined ? {} : { signal }) };
    const hub = await context.current().hub();
    for await (const { line, nextOffset } of hub.tailTranscript(request)) {
      outage?.mended();
      offset = nextOffset;
      onLine(line);
    }
  };

  const tryToRead = async (signal: AbortSignal) => {
    try {
      await read(true, signal);
      return 500;
    } catch (error) {
      if (signal.aborted || isNotThereYet(error)) return 500;
      if (outage === undefined || !isUnreachable(error)) throw error;
      return outage.failed(error as BatonFailure);
    }
  };

  return {
    async follow(signal) {
      while (!signal.aborted) {
        const waitMs = await tryToRead(signal);
        await pauseFor(waitMs, signal);
        if (!signal.aborted) await context.refresh();
      }
    },
    async readRest() {
      try {
        await read(false);
      } catch (error) {
        if (!isNotThereYet(error)) throw error;
      }
    },
  };
}

function isNotThereYet(error: unknown): boolean {
  return error instanceof BatonFailure && error.type === "NotFound";
}
