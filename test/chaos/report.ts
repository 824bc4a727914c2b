import type { ChaosOutcome } from "./run-chaos.ts";

/** Lines about a run: faults by kind, recoveries, threads, and what did not hold. */
export function report(outcome: ChaosOutcome, invariants: readonly string[]): string[] {
  const { injected, recoveriesMs, settled, violations, tookMs, attempts, turns } = outcome;
  const sorted = recoveriesMs.toSorted((a, b) => a - b);
  const at = (part: number) => seconds(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0);
  const total = [...injected.values()].reduce((sum, count) => sum + count, 0);
  return [
    "",
    `${total} faults in ${seconds(tookMs)}:`,
    ...[...injected].toSorted(([a], [b]) => a.localeCompare(b)).map(([kind, count]) => `  ${kind.padEnd(20)} ${count}`),
    `${settled} threads settled, ${turns} turns in ${attempts} attempts`,
    `${settled * invariants.length} invariants checked (${invariants.length} a thread), ${violations.length} violated`,
    `${sorted.length} recoveries: median ${at(0.5)}, 95% ${at(0.95)}, max ${at(1)}`,
    ...violations.map((each) => `VIOLATED ${each}`),
  ];
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
