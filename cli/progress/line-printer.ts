import { paintFor, printLines } from "../output.ts";
import { parseEntry } from "./parse-entry.ts";
import { renderEntry } from "./render-entry.ts";
import { stampLines } from "./stamp-lines.ts";

interface LinePrinterOptions {
  /** Prints the lines as they are. */
  readonly json: boolean;
  /** Prints only what belongs to this turn. */
  readonly turn?: number;
}

/** Prints lines of a transcript as they come, for people or as JSON lines. */
export function linePrinter({ json, turn }: LinePrinterOptions): (line: string) => void {
  const paint = paintFor(process.stdout);
  let merging = false;
  return (line) => {
    const entry = parseEntry(line);
    if (entry === undefined || (turn !== undefined && entry.turn !== turn)) return;
    const { event } = entry;
    merging = event.kind === "merge started" || (merging && event.kind !== "merge ended" && event.kind !== "turn started");
    // Each merge runs the checks of all its tasks, and again to find what breaks them.
    if (!json && merging && event.kind === "check" && event.status === "passed") return;
    printLines(json ? [line] : stampLines(new Date(entry.at), renderEntry(entry, paint), paint));
  };
}
