import { splitLines, type LineSplitter } from "./line-splitter.ts";

/** One record of an agent's protocol. Nothing about its members is known. */
export type JsonRecord = Readonly<Record<string, unknown>>;

const maxForeignLines = 10_000;

/**
 * Reads JSON objects, one a line. Lines that are something else, or longer than the splitter's bound, are skipped;
 * `onNonsense` is called once when there are so many that this cannot be the agent's protocol.
 */
export function readJsonLines(onRecord: (record: JsonRecord) => void, onNonsense: () => void): LineSplitter {
  let foreign = 0;
  const splitter = splitLines((line, cut) => {
    const record = cut ? undefined : parseObject(line);
    if (record !== undefined) return onRecord(record);
    foreign += 1;
    if (foreign === maxForeignLines) onNonsense();
  });
  return {
    write(chunk) {
      if (foreign < maxForeignLines) splitter.write(chunk);
    },
    end: () => splitter.end(),
  };
}

function parseObject(line: string): JsonRecord | undefined {
  if (!line.trimStart().startsWith("{")) return undefined;
  try {
    return JSON.parse(line) as JsonRecord;
  } catch {
    return undefined;
  }
}

/** The member as an object; an empty one when it is missing or something else. */
export function objectAt(record: JsonRecord, key: string): JsonRecord {
  const value = record[key];
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonRecord) : {};
}

/** The member as a list of objects; anything else in it is dropped. */
export function objectsAt(record: JsonRecord, key: string): JsonRecord[] {
  const value = record[key];
  if (!Array.isArray(value)) return [];
  return value.filter((item): item is JsonRecord => typeof item === "object" && item !== null);
}

export function textAt(record: JsonRecord, key: string): string | undefined {
  const value = record[key];
  return typeof value === "string" ? value : undefined;
}

/** The member as a finite number that is not negative; 0 otherwise, so that a counter can never go wrong. */
export function countAt(record: JsonRecord, key: string): number {
  const value = record[key];
  return typeof value === "number" && Number.isFinite(value) && value > 0 ? value : 0;
}
