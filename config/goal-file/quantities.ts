const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const durationPart = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/g;

/** Longest wait a JavaScript timer can hold; beyond it a timer fires at once. */
export const longestTimerMs = 24 * 86_400_000;

/** Whole text of a duration: parts from `d` to `ms`, without spaces. */
export const durationPattern = /^(\d+(\.\d+)?(ms|s|m|h|d))+$/;

/** Milliseconds of `10m`, `8h`, `1h30m`, `500ms`; NaN for anything else, units repeated or out of order included. */
export function parseDuration(text: string): number {
  if (!durationPattern.test(text)) return Number.NaN;
  let total = 0;
  let smallest: number = Number.POSITIVE_INFINITY;
  for (const [, amount, unit] of text.matchAll(durationPart)) {
    const size = unitMs[unit as keyof typeof unitMs];
    if (size >= smallest) return Number.NaN;
    smallest = size;
    total += Number(amount) * size;
  }
  return Math.round(total);
}

const countScale = { k: 1e3, M: 1e6, G: 1e9 } as const;

export const countPattern = /^\d+(\.\d+)?[kMG]$/;

/** The number of `200k`, `5M`, `1.5G`; NaN for anything else. */
export function parseCount(text: string): number {
  if (!countPattern.test(text)) return Number.NaN;
  return Math.round(Number(text.slice(0, -1)) * countScale[text.slice(-1) as keyof typeof countScale]);
}
