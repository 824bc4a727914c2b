/** What a verification of the first `prefix` merges of a stack said; 0 is the commit below them. */
export interface Probe {
  readonly prefix: number;
  readonly red: boolean;
}

export type BisectStep =
  | { readonly kind: "probe"; readonly prefix: number }
  | { readonly kind: "green" }
  /** The stack was red without any of the merges. */
  | { readonly kind: "red before" }
  /** The first `at` merges are red, those before it green; counts from 1. */
  | { readonly kind: "offender"; readonly at: number };

/**
 * What to verify next on a stack of `merges` (at least 1), or what is known. The whole stack comes first. A merge that
 * breaks something only together with an earlier one is the offender of the two.
 */
export function bisectMerges(merges: number, probes: readonly Probe[]): BisectStep {
  const whole = probes.findLast(({ prefix }) => prefix === merges);
  if (whole === undefined) return { kind: "probe", prefix: merges };
  if (!whole.red) return { kind: "green" };
  const red = Math.min(...probes.filter((probe) => probe.red).map(({ prefix }) => prefix));
  if (red === 0) return { kind: "red before" };
  const green = Math.max(0, ...probes.filter((probe) => !probe.red && probe.prefix < red).map(({ prefix }) => prefix));
  if (red - green > 1) return { kind: "probe", prefix: green + Math.floor((red - green) / 2) };
  // Seen only once, a failure may be a check's mood.
  if (probes.filter((probe) => probe.red).length === 1) return { kind: "probe", prefix: red };
  if (green === 0 && !probes.some(({ prefix }) => prefix === 0)) return { kind: "probe", prefix: 0 };
  return { kind: "offender", at: red };
}
