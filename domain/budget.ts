import type { Budget } from "./goal.ts";
import { totalTokens, type Usage } from "./usage.ts";

/** What a thread has used, over all hosts and attempts. */
export interface Spent {
  readonly turns: number;
  /** Milliseconds of turns, verification, reviews and judging. */
  readonly timeMs: number;
  readonly wallTimeMs: number;
  readonly tokens: number;
  /** Absent as long as nothing told a cost. */
  readonly usd?: number;
  readonly files: number;
}

export const nothingSpent: Spent = { turns: 0, timeMs: 0, wallTimeMs: 0, tokens: 0, files: 0 };

export type BudgetDimension = keyof Spent;

export const budgetDimensions = [
  "turns",
  "timeMs",
  "wallTimeMs",
  "tokens",
  "usd",
  "files",
] as const satisfies readonly BudgetDimension[];

/** A change of limits: `set` replaces a limit, `add` raises it. Absent dimensions stay. */
export type BudgetChange = {
  readonly [D in BudgetDimension | "turnTimeMs"]?: { readonly set: number } | { readonly add: number };
};

export function addSpent(spent: Spent, work: { readonly usage: Usage; readonly activeMs: number }): Spent {
  const usd = work.usage.usd === undefined ? {} : { usd: (spent.usd ?? 0) + work.usage.usd };
  return { ...spent, ...usd, tokens: spent.tokens + totalTokens(work.usage), timeMs: spent.timeMs + work.activeMs };
}

/** Dimensions whose limit is reached. `files` counts only when it is exceeded: exactly the limit is allowed. */
export function exhausted(budget: Budget, spent: Spent): BudgetDimension[] {
  return budgetDimensions.filter((dimension) => {
    const limit = budget[dimension];
    const used = spent[dimension];
    if (limit === undefined || used === undefined) return false;
    return dimension === "files" ? used > limit : used >= limit;
  });
}

/** Milliseconds until the wall time is over; undefined when it is over, or has no limit. */
export function wallTimeLeft({ budget, openedAt }: { readonly budget: Budget; readonly openedAt: number }, now: number) {
  const left = budget.wallTimeMs === undefined ? 0 : openedAt + budget.wallTimeMs - now;
  return left > 0 ? left : undefined;
}

/** Dimensions of which more than 80 % is used. */
export function runningLow(budget: Budget, spent: Spent): BudgetDimension[] {
  return budgetDimensions.filter((dimension) => {
    const limit = budget[dimension];
    return limit !== undefined && (spent[dimension] ?? 0) > limit * 0.8;
  });
}

export function changeBudget(budget: Budget, change: BudgetChange): Budget {
  const limits: Record<string, number | undefined> = { ...budget };
  for (const [dimension, step] of Object.entries(change)) {
    limits[dimension] = "set" in step ? step.set : (limits[dimension] ?? 0) + step.add;
  }
  return limits as unknown as Budget;
}
