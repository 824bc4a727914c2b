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
  const { price } = (goal.fanOut?.template ?? goal).agents.worker;
  const usdPerTurn = price === undefined ? undefined : typicalCost(price);
  const msPerTurn = typicalTurn.ms + verifyMs;
  const wanted = Math.min(budget.turns ?? Number.POSITIVE_INFINITY, turnsOfSubagents(goal));
  const limits = turnsWithin(budget, { usd: usdPerTurn, ms: msPerTurn });
  const [limitedBy, most] = limits.toSorted((a, b) => a[1] - b[1])[0] ?? ([null, wanted] as const);
  const turns = Math.max(1, Math.floor(Math.min(wanted, most)));
  return {
    turns,
    tokens: Math.min(turns * typicalTurn.tokens, budget.tokens ?? Number.POSITIVE_INFINITY),
    usd: usdPerTurn === undefined ? null : Math.min(turns * usdPerTurn, budget.usd ?? Number.POSITIVE_INFINITY),
    timeMs: Math.min(turns * msPerTurn, budget.timeMs ?? Number.POSITIVE_INFINITY),
    assumption: `${fanOutAssumption(goal)}A typical turn uses ${typicalTurn.tokens / 1000}k tokens (${typicalTurn.cached * 100} % cached, ${typicalTurn.output * 100} % output) and ${typicalTurn.ms / 60_000} minutes; small goals use far less.`,
    limitedBy: most < wanted ? limitedBy : null,
  };
}

/** Of all tasks as far as they are known, else of one; what is mended after them is the smaller part. */
function turnsOfSubagents({ fanOut }: Goal): number {
  if (fanOut === undefined) return Number.POSITIVE_INFINITY;
  const tasks = fanOut.tasks.kind === "list" ? fanOut.tasks.tasks.length : 1;
  return tasks * Math.max(1, fanOut.race.length) * (fanOut.template.budget.turns ?? Number.POSITIVE_INFINITY);
}

function fanOutAssumption({ fanOut }: Goal): string {
  if (fanOut === undefined) return "";
  return fanOut.tasks.kind === "list"
    ? "Every subagent uses all its turns, and nothing is left to mend. "
    : "For one task: how many there are is not known yet. ";
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
