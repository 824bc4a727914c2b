import { budgetDimensions, type BudgetDimension, type Spent } from "./budget.ts";
import type { Budget } from "./goal.ts";
import { dollars, duration, tokens } from "./quantities.ts";

/** One dimension of a budget as people read it. */
export interface BudgetLine {
  readonly dimension: BudgetDimension;
  readonly name: string;
  readonly used: string;
  /** Null when the dimension is unlimited. */
  readonly limit: string | null;
  /** What is used of the limit, 1 is all of it; null when unlimited. */
  readonly share: number | null;
}

const names: Record<BudgetDimension, string> = {
  turns: "turns",
  timeMs: "time",
  wallTimeMs: "wall time",
  tokens: "tokens",
  usd: "cost",
  files: "changed files",
};

/** Every dimension that has a limit or of which something was used. */
export function budgetLines(budget: Budget, spent: Spent): BudgetLine[] {
  return budgetDimensions.flatMap((dimension) => {
    const used = spent[dimension];
    const limit = budget[dimension];
    if (limit === undefined && (used === undefined || used === 0)) return [];
    return [
      {
        dimension,
        name: names[dimension],
        used: used === undefined && spent.turns > 0 ? "unknown" : quantity(dimension, used ?? 0),
        limit: limit === undefined ? null : quantity(dimension, limit),
        share: limit === undefined ? null : (used ?? 0) / Math.max(limit, Number.MIN_VALUE),
      },
    ];
  });
}

function quantity(dimension: BudgetDimension, value: number): string {
  switch (dimension) {
    case "timeMs":
    case "wallTimeMs":
      return duration(value);
    case "tokens":
      return tokens(value);
    case "usd":
      return dollars(value);
    case "turns":
    case "files":
      return String(value);
  }
}
