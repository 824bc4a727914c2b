import { z } from "zod";
import { globProblem } from "./glob-problem.ts";
import { countPattern, durationPattern, longestTimerMs, parseCount, parseDuration } from "./quantities.ts";

/** Text exactly as written; only NUL, which no command line can carry, is refused. */
export function rawText(expected: string): z.ZodString {
  const error = `expected ${expected}`;
  return z.string({ error }).check((context) => {
    if (context.value.includes("\0")) refuse(context, `${error} without NUL characters`);
  });
}

/** Text with something in it; surrounding white space is dropped. */
export function text(expected = "text"): z.ZodString {
  return rawText(expected)
    .trim()
    .min(1, { error: `expected ${expected}` });
}

/** One line of text. */
export function line(expected = "text"): z.ZodString {
  return text(expected).check((context) => {
    if (/[\n\r]/.test(context.value)) refuse(context, `expected ${expected}, on one line`);
  });
}

/** Reports a problem of the value that a check looks at, or of something inside it. */
export function refuse<T>(context: z.core.ParsePayload<T>, message: string, path: string[] = []): void {
  context.issues.push({ code: "custom", message, input: context.value, path });
}

/** `10m`, `8h`, `1h30m`, `500ms` -> milliseconds, at most what a timer can hold. */
export function duration() {
  const error = 'expected a duration such as "10m" or "1h30m", more than zero and at most 24d';
  return z
    .string({ error })
    .regex(durationPattern, { error, abort: true })
    .transform(parseDuration)
    .refine((ms) => ms >= 1 && ms <= longestTimerMs, { error });
}

/** `200k`, `5M` or a plain number -> a whole number. */
export function count() {
  const error = 'expected a whole number of at least 1, such as 50000, "200k" or "5M"';
  const whole = z.number({ error }).int({ error }).min(1, { error });
  const scaled = z.string({ error }).regex(countPattern, { error, abort: true }).transform(parseCount).pipe(whole);
  return z.union([whole, scaled], { error });
}

export function wholeNumber() {
  const error = "expected a whole number of at least 1";
  return z.number({ error }).int({ error }).min(1, { error });
}

export function amount(expected: string) {
  const error = `expected ${expected}`;
  return z.number({ error }).positive({ error });
}

export function finiteNumber() {
  return z.number({ error: "expected a number" });
}

/** Glob relative to the repository root; a trailing slash means the whole folder. */
export function globs() {
  const glob = line("a glob such as src/**")
    .check((context) => {
      const problem = globProblem(context.value);
      if (problem !== undefined) refuse(context, `the glob ${problem}`);
    })
    .overwrite((value) => (value.endsWith("/") ? `${value}**` : value));
  return listOf(glob, 'a list of globs such as ["src/**"]');
}

export function listOf<T extends z.ZodType>(item: T, expected: string): z.ZodArray<T> {
  return z.array(item, { error: `expected ${expected}` });
}

/** A mapping whose unknown keys are errors. */
export function mapping<T extends z.ZodRawShape>(shape: T, expected = "a mapping") {
  return z.strictObject(shape, { error: (issue) => (issue.code === "invalid_type" ? `expected ${expected}` : undefined) });
}

export function oneOf<const T extends readonly [string, ...string[]]>(values: T) {
  const names = values.length === 1 ? values[0] : `${values.slice(0, -1).join(", ")} or ${values.at(-1)}`;
  return z.enum(values, { error: `expected ${names}` });
}
