import { budgetLine, type BudgetLine } from "../domain/budget-lines.ts";
import { budgetDimensions, type Spent } from "../domain/budget.ts";
import type { Budget } from "../domain/goal.ts";
import { duration } from "../domain/quantities.ts";
import { renderTable } from "./render-table.ts";

/** Spent and limit of every dimension, one a line. */
export function renderBudget({ spent, budget }: { readonly spent: Spent; readonly budget: Budget }): readonly string[] {
  const rows = budgetDimensions.map((dimension) => budgetRow(budgetLine(dimension, budget, spent)));
  return renderTable([...rows, ["turn time", "", "of", duration(budget.turnTimeMs), "per turn"]]);
}

function budgetRow({ name, used, limit, share }: BudgetLine): readonly string[] {
  if (limit === null) return [name, used, "", "no limit", ""];
  return [name, used, "of", limit, share === null ? "" : `${Math.floor(share * 100)} %`];
}
