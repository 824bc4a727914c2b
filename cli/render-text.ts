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
