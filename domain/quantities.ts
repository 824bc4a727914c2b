import type { MetricResult } from "./verification.ts";

/** Milliseconds as a person says them: `850 ms`, `12 s`, `3 min 5 s`, `2 h 10 min`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${ms < 9950 ? Number((ms / 1000).toFixed(1)) : seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return joined(minutes, "min", { value: seconds % 60, unit: "s" });
  const allMinutes = Math.round(seconds / 60);
  return joined(Math.floor(allMinutes / 60), "h", { value: allMinutes % 60, unit: "min" });
}

function joined(value: number, unit: string, rest: { value: number; unit: string }): string {
  return rest.value === 0 ? `${value} ${unit}` : `${value} ${unit} ${rest.value} ${rest.unit}`;
}

/** A count of tokens: `950`, `12.3k`, `5M`. */
export function tokens(count: number): string {
  if (count < 1000) return String(Math.round(count));
  if (count < 999_950) return `${Number((count / 1000).toFixed(1))}k`;
  return `${Number((count / 1_000_000).toFixed(2))}M`;
}

/** US dollars: `$0.0042` below a cent, else `$1.25`. */
export function dollars(usd: number): string {
  return usd > 0 && usd < 0.01 ? `$${Number(usd.toFixed(4))}` : `$${usd.toFixed(2)}`;
}

/** `61 ms (at most 50, best 55)`. */
export function metricText(metric: MetricResult): string {
  const unit = metric.unit === undefined ? "" : ` ${metric.unit}`;
  const value = metric.value === null ? "no metric found" : `${metric.value}${unit}`;
  const notes = [
    ...(metric.atMost === undefined ? [] : [`at most ${metric.atMost}`]),
    ...(metric.atLeast === undefined ? [] : [`at least ${metric.atLeast}`]),
    ...(metric.best === undefined ? [] : [`best ${metric.best}`]),
  ];
  return notes.length === 0 ? value : `${value} (${notes.join(", ")})`;
}

/** Bytes as a person says them: `812 B`, `13 kB`, `4.2 MB`. */
export function dataSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1000)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
