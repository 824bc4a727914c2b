import { styleText } from "node:util";

export type Tone = "good" | "bad" | "warn" | "dim" | "strong" | "plain";

/** Gives text a tone; renderers take one, so that what they return does not depend on a terminal. */
export type Paint = (tone: Tone, text: string) => string;

type Format = Parameters<typeof styleText>[0];

const formats: Record<Exclude<Tone, "plain">, Format> = { good: "green", bad: "red", warn: "yellow", dim: "dim", strong: "bold" };

export const plainPaint: Paint = (_tone, text) => text;

/** Whether a stream gets colours: a terminal does unless NO_COLOR is set, anything does with FORCE_COLOR. */
export function isColorful(stream: NodeJS.WritableStream): boolean {
  return styleText("bold", "x", { stream }) !== "x";
}

export function paintFor(stream: NodeJS.WriteStream): Paint {
  return (tone, text) => (tone === "plain" || text === "" ? text : styleText(formats[tone], text, { stream }));
}

export function printLine(text = ""): void {
  process.stdout.write(`${text}\n`);
}

export function printLines(lines: readonly string[]): void {
  if (lines.length > 0) printLine(lines.join("\n"));
}

/** For what accompanies a result: reasons for a wait, hints. Keeps stdout for the result. */
export function printNote(text: string): void {
  process.stderr.write(`${text}\n`);
}

export function printJson(value: unknown): void {
  printLine(JSON.stringify(value, null, 2));
}
