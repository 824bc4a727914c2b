import type { TranscriptEntry } from "../../domain/transcript.ts";

/** A transcript's line as an entry; undefined for what no version of Baton wrote. */
export function parseEntry(line: string): TranscriptEntry | undefined {
  try {
    const entry = JSON.parse(line) as TranscriptEntry | null;
    return typeof entry?.event?.kind === "string" ? entry : undefined;
  } catch {
    return undefined;
  }
}
