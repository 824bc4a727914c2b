import type { Budget, Goal, TokenPrice } from "./goal.ts";

/** Shares of one turn's tokens, as long agent sessions use them: most input is read from the cache. */
const typicalTurn = { tokens: 400_000, cached: 0.9, output: 0.02, ms: 6 * 60_000 } as const;

export interface CostGuess {
  /** If every turn of the budget is used. */
  readonly turns: number;
  readonly tokens: number;
  /** Null when no price is known. */
  readonly usd: number | null;
  readonly timeMs: number;
  /** What the guess rests on, as a sentence. */
  readonly assumption: string;
  /** Budget limit that is reached before the last turn. */
  readonly limitedBy: "tokens" | "usd" | "time" | null;
}

/** What the goal costs at most, by its budget. `verifyMs` is the time one verification takes, as far as known. */
export function guessCost(goal: Goal, verifyMs: number): CostGuess {
  const { budget } = goal;
  const { price } = goal.agents.worker;
  const usdPerTurn = price === undefined ? undefined : typicalCost(price);
  const msPerTurn = typicalTurn.ms + verifyMs;
  const wanted = budget.turns ?? Number.POSITIVE_INFINITY;
  const limits = turnsWithin(budget, { usd: usdPerTurn, ms: msPerTurn });
  const [limitedBy, most] = limits.toSorted((a, b) => a[1] - b[1])[0] ?? ([null, wanted] as const);
  const turns = Math.max(1, Math.floor(Math.min(wanted, most)));
  return {
    turns,
    tokens: Math.min(turns * typicalTurn.tokens, budget.tokens ?? Number.POSITIVE_INFINITY),
    usd: usdPerTurn === undefined ? null : Math.min(turns * usdPerTurn, budget.usd ?? Number.POSITIVE_INFINITY),
    timeMs: Math.min(turns * msPerTurn, budget.timeMs ?? Number.POSITIVE_INFINITY),
    assumption: `A typical turn uses ${typicalTurn.tokens / 1000}k tokens (${typicalTurn.cached * 100} % cached, ${typicalTurn.output * 100} % output) and ${typicalTurn.ms / 60_000} minutes; small goals use far less.`,
    limitedBy: most < wanted ? limitedBy : null,
  };
}

function typicalCost(price: TokenPrice): number {
  const { tokens, cached, output } = typicalTurn;
  const perMillion = price.cached * cached + price.output * output + price.input * (1 - cached - output);
  return (tokens / 1_000_000) * perMillion;
}

type Limit = readonly ["tokens" | "usd" | "time", number];

function turnsWithin(budget: Budget, perTurn: { readonly usd: number | undefined; readonly ms: number }): Limit[] {
  const limits: Limit[] = [];
  if (budget.tokens !== undefined) limits.push(["tokens", budget.tokens / typicalTurn.tokens]);
  if (budget.usd !== undefined && perTurn.usd !== undefined) limits.push(["usd", budget.usd / perTurn.usd]);
  if (budget.timeMs !== undefined) limits.push(["time", budget.timeMs / perTurn.ms]);
  return limits;
}
