import type { FailureStrategy } from "./goal.ts";
import { isBetter, type MetricDirection } from "./metric.ts";

const remembered = 64;

/** What Baton itself remembers of the turns, to notice a loop that goes nowhere. */
export interface Progress {
  /** Distinct work trees, oldest first. */
  readonly trees: readonly string[];
  readonly tree: string | null;
  readonly commands: string;
  readonly signature: string;
  /** Turns in a row that failed with this signature. */
  readonly sameFailure: number;
  /** Turns in a row without progress. */
  readonly stalled: number;
  readonly why: string;
  /** Most checks that ever passed. */
  readonly mostPassed: number;
  /** Best value of each metric, by check name. */
  readonly best: Readonly<Record<string, number>>;
  /** Steps of the response ladder already taken. */
  readonly rung: number;
}

export const freshProgress: Progress = {
  trees: [],
  tree: null,
  commands: "",
  signature: "",
  sameFailure: 0,
  stalled: 0,
  why: "",
  mostPassed: 0,
  best: {},
  rung: 0,
};

/** What one finished and verified turn showed. */
export interface Observation {
  readonly tree: string;
  readonly commands: string;
  readonly signature: string;
  readonly passed: number;
  readonly metrics: readonly ObservedMetric[];
}

export interface ObservedMetric {
  readonly check: string;
  readonly value: number;
  readonly direction: MetricDirection;
}

export interface Alarm {
  readonly kind: "sameFailure" | "noProgress";
  readonly text: string;
}

/** Remembers the tree the thread started from, so that undoing all work counts as a tree seen before. */
export function startFrom(progress: Progress, baseTree: string): Progress {
  return progress.tree === null ? { ...progress, tree: baseTree, trees: [baseTree] } : progress;
}

export function observe(progress: Progress, seen: Observation): Progress {
  const improved = improvedMetrics(progress, seen.metrics);
  const advanced = seen.passed > progress.mostPassed || improved;
  const why = advanced ? "" : stallReason(progress, seen);
  const sameFailure = seen.signature !== "" && seen.signature === progress.signature ? progress.sameFailure + 1 : 1;
  const stalled = why === "" ? 0 : progress.stalled + 1;
  const known = progress.trees.includes(seen.tree);
  return {
    trees: known ? progress.trees : [...progress.trees, seen.tree].slice(-remembered),
    tree: seen.tree,
    commands: seen.commands,
    signature: seen.signature,
    sameFailure: seen.signature === "" ? 0 : sameFailure,
    stalled,
    why,
    mostPassed: Math.max(progress.mostPassed, seen.passed),
    best: bestMetrics(progress.best, seen.metrics),
    rung: stalled === 0 && sameFailure === 1 ? 0 : progress.rung,
  };
}

function stallReason(progress: Progress, seen: Observation): string {
  if (seen.tree === progress.tree) return "the turn changed no file";
  if (progress.trees.includes(seen.tree)) return "the work tree is back at a state it had before";
  if (seen.commands !== "" && seen.commands === progress.commands && seen.signature === progress.signature) {
    return "the turn ran the same commands as the one before and failed in the same way";
  }
  if (seen.metrics.length > 0 && seen.signature !== "" && seen.signature === progress.signature) return "no metric got better";
  return "";
}

function improvedMetrics(progress: Progress, metrics: readonly ObservedMetric[]): boolean {
  return metrics.some(({ check, value, direction }) => {
    const best = progress.best[check];
    return best === undefined || isBetter(direction, value, best);
  });
}

function bestMetrics(best: Progress["best"], metrics: readonly ObservedMetric[]): Progress["best"] {
  const next = { ...best };
  for (const { check, value, direction } of metrics) {
    const old = next[check];
    if (old === undefined || isBetter(direction, value, old)) next[check] = value;
  }
  return next;
}

/** Whether the strategy's patience is over, and what repeats. */
export function alarm(progress: Progress, strategy: FailureStrategy): Alarm | null {
  if (progress.sameFailure >= strategy.sameFailure) {
    return { kind: "sameFailure", text: `The same failure came ${progress.sameFailure} turns in a row.` };
  }
  if (progress.stalled >= strategy.noProgress) {
    return { kind: "noProgress", text: `${progress.stalled} turns in a row made no progress: ${progress.why}.` };
  }
  return null;
}

/** A person said to go on: patience starts anew, what was seen stays known. */
export function calm(progress: Progress): Progress {
  return { ...progress, sameFailure: 0, stalled: 0, rung: 0 };
}
