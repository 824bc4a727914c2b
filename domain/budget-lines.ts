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
  /** What is used of the limit, 1 is all of it; null when unlimited or unknown. */
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
  return budgetDimensions
    .filter((dimension) => budget[dimension] !== undefined || (spent[dimension] ?? 0) !== 0)
    .map((dimension) => budgetLine(dimension, budget, spent));
}

export function budgetLine(dimension: BudgetDimension, budget: Budget, spent: Spent): BudgetLine {
  const used = spent[dimension] ?? (spent.turns > 0 ? undefined : 0);
  const limit = budget[dimension];
  return {
    dimension,
    name: names[dimension],
    used: used === undefined ? "unknown" : quantity(dimension, used),
    limit: limit === undefined ? null : quantity(dimension, limit),
    share: limit === undefined || used === undefined ? null : used / Math.max(limit, Number.MIN_VALUE),
  };
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
