import type { TokenPrice } from "../../domain/goal.ts";
import type { Usage } from "../../domain/usage.ts";

/** Adds the cost by the goal's price where the agent told none. */
export function priced(usage: Usage, price: TokenPrice | undefined): Usage {
  if (usage.usd !== undefined || price === undefined) return usage;
  const usd = (usage.input * price.input + usage.cached * price.cached + usage.output * price.output) / 1_000_000;
  return { ...usage, usd };
}
