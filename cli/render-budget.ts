import { dollars, duration, tokens } from "../domain/quantities.ts";
import { budgetDimensions, type BudgetDimension, type Spent } from "../domain/budget.ts";
import type { Budget } from "../domain/goal.ts";
import { renderTable } from "./render-table.ts";

interface DimensionText {
  readonly label: string;
  readonly option: string;
  readonly render: (value: number) => string;
}

/** How each dimension is called on the command line. */
export const dimensionTexts: Readonly<Record<BudgetDimension | "turnTimeMs", DimensionText>> = {
  turns: { label: "turns", option: "turns", render: String },
  timeMs: { label: "time", option: "time", render: duration },
  wallTimeMs: { label: "wall time", option: "wall-time", render: duration },
  tokens: { label: "tokens", option: "tokens", render: tokens },
  usd: { label: "usd", option: "usd", render: dollars },
  files: { label: "files", option: "files", render: String },
  turnTimeMs: { label: "turn time", option: "turn-time", render: duration },
};

/** Spent and limit of every dimension, one a line. */
export function renderBudget({ spent, budget }: { readonly spent: Spent; readonly budget: Budget }): readonly string[] {
  const rows = budgetDimensions.map((dimension) => budgetRow(dimension, spent[dimension], budget[dimension]));
  const perTurn = ["turn time", "", "of", dimensionTexts.turnTimeMs.render(budget.turnTimeMs), "per turn"];
  return renderTable([...rows, perTurn]);
}

function budgetRow(dimension: BudgetDimension, used: number | undefined, limit: number | undefined): readonly string[] {
  const { label, render } = dimensionTexts[dimension];
  const spent = used === undefined ? "unknown" : render(used);
  if (limit === undefined) return [label, spent, "", "no limit", ""];
  const share = used === undefined || limit === 0 ? "" : `${Math.floor((used / limit) * 100)} %`;
  return [label, spent, "of", render(limit), share];
}
