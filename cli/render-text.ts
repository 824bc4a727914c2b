import { oneLine as bounded } from "../domain/bounded-text.ts";
import { cleanText } from "../domain/clean-text.ts";

/** `1 file`, `3 files`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** One line of at most `width` characters, without anything that could steer a terminal. */
export function oneLine(text: string, width = 160): string {
  return bounded(cleanText(text), width);
}

/** The lines of a text, without anything that could steer a terminal; at most so many, and then how many more. */
export function linesOf(text: string, most: number): readonly string[] {
  const lines = cleanText(text).trim().split("\n");
  const more = lines.length - most;
  return more > 0 ? [...lines.slice(0, most), `… ${plural(more, "line")} more`] : lines;
}
