import type { MetricSpec } from "./goal.ts";
import { lastJsonValue, valueAt } from "./json-in-text.ts";
import type { MetricResult } from "./verification.ts";

/** Characters of the end of the output a pattern is searched in; patterns are a stranger's code for time. */
export const searchedCharacters = 256 * 1024;

export interface CheckOutput {
  /** Standard output alone, where a JSON path is looked up. */
  readonly stdout: string;
  /** Standard output and error as they came, where a pattern is searched. */
  readonly all: string;
}

export type Reading = { readonly value: number } | { readonly value: null; readonly problem: string };

export interface Measurement {
  readonly metric: MetricResult;
  /** One line that says why the check fails by its metric. */
  readonly failure?: string;
}

/** Reads the number a metric names. A pattern is matched with the flags `gm`; the last match counts. */
export function readMetric(source: MetricSpec["source"], output: CheckOutput): Reading {
  return source.kind === "match" ? readMatch(source.pattern, output.all) : readJson(source.path, output.stdout);
}

function readMatch(pattern: string, output: string): Reading {
  const text = output.slice(-searchedCharacters);
  let last: RegExpExecArray | undefined;
  try {
    for (const match of text.matchAll(new RegExp(pattern, "dgm"))) last = match;
  } catch (error) {
    return missing(`no metric found: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (last === undefined) return missing(`no metric found: nothing in the output matches ${pattern}`);
  const group = last.length > 1 ? 1 : 0;
  const found = last[group];
  if (found === undefined) return missing(`no metric found: the first group of ${pattern} took no part in the match`);
  if (isPartOfLongerNumber(text, last, group)) return missing(`no metric found: write "${last[0]}" without thousands separators`);
  return readNumber(found);
}

/** `12` found in `12,345` is not the number that was printed. */
function isPartOfLongerNumber(text: string, match: RegExpExecArray, group: number): boolean {
  const [start, end] = match.indices?.[group] ?? [0, 0];
  const [matchStart, matchEnd] = match.indices?.[0] ?? [0, 0];
  const goesOn = end === matchEnd && /\d$/.test(match[group] ?? "") && /^[,'_]\d{3}(?!\d)/.test(text.slice(end, end + 5));
  const wasBegun =
    start === matchStart && /^\d{3}/.test(match[group] ?? "") && /\d[,'_]$/.test(text.slice(Math.max(0, start - 2), start));
  return goesOn || wasBegun;
}

function readJson(path: string, stdout: string): Reading {
  const root = lastJsonValue(stdout);
  if (root === undefined) return missing("no metric found: standard output holds no JSON");
  const value = valueAt(root, path);
  if (typeof value === "number") return { value };
  if (typeof value === "string") return readNumber(value);
  return missing(`no metric found: ${path} is ${value === undefined ? "not in the JSON" : "not a number"}`);
}

function readNumber(text: string): Reading {
  const trimmed = text.trim();
  const value = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(trimmed) ? Number(trimmed) : Number.NaN;
  return Number.isFinite(value) ? { value } : missing(`no metric found: "${trimmed.slice(0, 40)}" is not a plain number`);
}

function missing(problem: string): Reading {
  return { value: null, problem };
}

/** Holds a reading against the thresholds and the best value so far. */
export function measure(spec: MetricSpec, reading: Reading, best?: number): Measurement {
  const newBest = bestMetric(spec, best, reading.value);
  const metric: MetricResult = {
    value: reading.value,
    ...(spec.unit === undefined ? {} : { unit: spec.unit }),
    ...(spec.atMost === undefined ? {} : { atMost: spec.atMost }),
    ...(spec.atLeast === undefined ? {} : { atLeast: spec.atLeast }),
    ...(newBest === undefined ? {} : { best: newBest }),
  };
  const failure = reading.value === null ? reading.problem : thresholdFailure(spec, reading.value);
  return failure === undefined ? { metric } : { metric, failure };
}

function thresholdFailure(spec: MetricSpec, value: number): string | undefined {
  const unit = spec.unit === undefined ? "" : ` ${spec.unit}`;
  if (spec.atMost !== undefined && value > spec.atMost) return `${value}${unit}, wanted at most ${spec.atMost}${unit}`;
  if (spec.atLeast !== undefined && value < spec.atLeast) return `${value}${unit}, wanted at least ${spec.atLeast}${unit}`;
  return undefined;
}

export type MetricDirection = "lower" | "higher";

/** Which way a metric gets better: up as soon as there is a lower limit, else down. */
export function metricDirection(spec: Pick<MetricSpec, "atLeast">): MetricDirection {
  return spec.atLeast === undefined ? "lower" : "higher";
}

/** Whether `a` is better than `b`. */
export function betterMetric(spec: MetricSpec, a: number, b: number): boolean {
  return isBetter(metricDirection(spec), a, b);
}

export function isBetter(direction: MetricDirection, a: number, b: number): boolean {
  return direction === "lower" ? a < b : a > b;
}

/** The best value so far, once `value` is known. */
export function bestMetric(spec: MetricSpec, best: number | undefined, value: number | null): number | undefined {
  if (value === null) return best;
  return best === undefined || betterMetric(spec, value, best) ? value : best;
}
