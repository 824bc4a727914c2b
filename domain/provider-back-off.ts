/** What a host remembers of a provider that refused its agents; nothing while all is well. */
export interface ProviderBackOff {
  /** Refusals in a row, those of agents that ran at the same time counted once. */
  readonly strikes: number;
  /** Epoch milliseconds of the newest refusal. */
  readonly limitedAt: number;
  /** Epoch milliseconds before which no further agent starts. */
  readonly until: number;
  /** Milliseconds between two starts until one has got through. */
  readonly gapMs: number;
}

interface Refusal {
  readonly now: number;
  /** When the refused agent started. */
  readonly startedAt: number;
  /** What the provider itself said. */
  readonly retryAfterMs?: number;
  /** 0 to 1. */
  readonly random: number;
}

const jitter = 0.2;
const gapShare = 1 / 8;
const longestGapMs = 5_000;

/** The wait doubles with every refusal, but for agents that were under way when the provider was known to be limited. */
export function afterRefusal(
  before: ProviderBackOff | undefined,
  { now, startedAt, retryAfterMs, random }: Refusal,
  { backoffMs, backoffMaxMs }: { readonly backoffMs: number; readonly backoffMaxMs: number },
): ProviderBackOff {
  const same = before !== undefined && startedAt < before.limitedAt;
  const strikes = same ? before.strikes : (before?.strikes ?? 0) + 1;
  const waitMs = retryAfterMs ?? Math.min(backoffMs * 2 ** Math.min(strikes - 1, 20), backoffMaxMs);
  const until = same && retryAfterMs === undefined ? before.until : now + waitMs * (1 + jitter * random);
  return {
    strikes,
    limitedAt: same ? before.limitedAt : now,
    until: Math.round(Math.max(before?.until ?? 0, until)),
    gapMs: Math.max(before?.gapMs ?? 0, Math.min(longestGapMs, waitMs * gapShare)),
  };
}

/** Whoever waited does not start in the same moment as all others. */
export function afterStart(before: ProviderBackOff, { now, random }: { now: number; random: number }): ProviderBackOff {
  return { ...before, until: Math.max(before.until, Math.round(now + before.gapMs * (0.5 + random))) };
}

/** An agent that started after the newest refusal and got through proves that the provider serves again. */
export function afterSuccess(before: ProviderBackOff, { startedAt }: { startedAt: number }): ProviderBackOff | undefined {
  return startedAt >= before.limitedAt ? undefined : before;
}
