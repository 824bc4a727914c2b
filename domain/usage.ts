/** Tokens and cost of a piece of work. `input` excludes `cached`; the sum of the three is what a budget counts. */
export interface Usage {
  readonly input: number;
  readonly cached: number;
  readonly output: number;
  /** Absent when neither the agent nor a price in the goal tells. */
  readonly usd?: number;
}

export const noUsage: Usage = { input: 0, cached: 0, output: 0 };

export function totalTokens(usage: Usage): number {
  return usage.input + usage.cached + usage.output;
}

export function addUsage(a: Usage, b: Usage): Usage {
  const usd = a.usd === undefined && b.usd === undefined ? {} : { usd: (a.usd ?? 0) + (b.usd ?? 0) };
  return { input: a.input + b.input, cached: a.cached + b.cached, output: a.output + b.output, ...usd };
}

/** What was used since `before`, for agents whose counters never start again; never negative. */
export function usageSince(total: Usage, before: Usage): Usage {
  const usd = total.usd === undefined ? {} : { usd: Math.max(0, total.usd - (before.usd ?? 0)) };
  return {
    input: Math.max(0, total.input - before.input),
    cached: Math.max(0, total.cached - before.cached),
    output: Math.max(0, total.output - before.output),
    ...usd,
  };
}
