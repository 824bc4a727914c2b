import { duration, metricText } from "../../domain/quantities.ts";
import type { CheckResult, CheckStatus, MetricResult } from "../../domain/verification.ts";
import type { Paint, Tone } from "../output.ts";
import { oneLine } from "../render-text.ts";

const tones: Readonly<Record<CheckStatus, Tone>> = { passed: "good", failed: "bad", "timed out": "bad", "not run": "dim" };

/** `check tests failed · exit code 1 · 3.2 s`. */
export function renderCheck(
  check: Pick<CheckResult, "name" | "status" | "durationMs"> & { readonly reason?: string; readonly metric?: MetricResult },
  paint: Paint,
): string {
  const facts = [
    ...(check.reason === undefined ? [] : [oneLine(check.reason)]),
    ...(check.metric === undefined ? [] : [metricText(check.metric)]),
    ...(check.status === "not run" ? [] : [duration(check.durationMs)]),
  ];
  return [`check ${check.name} ${paint(tones[check.status] ?? "plain", check.status)}`, ...facts].join(" · ");
}
