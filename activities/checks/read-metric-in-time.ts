import { runInNewContext } from "node:vm";
import type { MetricSpec } from "../../domain/goal.ts";
import { readMetric, type CheckOutput, type Reading } from "../../domain/metric.ts";

const patternTimeMs = 1000;

/** Reads a metric, but gives a pattern that backtracks without end up after a second. */
export function readMetricInTime(source: MetricSpec["source"], output: CheckOutput): Reading {
  try {
    // Only the engine's own time limit can interrupt a running regular expression.
    return runInNewContext("read()", { read: () => readMetric(source, output) }, { timeout: patternTimeMs }) as Reading;
  } catch (error) {
    if ((error as { code?: string }).code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw error;
    return { value: null, problem: `no metric found: the pattern took longer than ${patternTimeMs / 1000} s on this output` };
  }
}
