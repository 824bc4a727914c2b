import { addUsage, noUsage, totalTokens, type Usage } from "../../domain/usage.ts";
import { countAt, objectAt, type JsonRecord } from "./json-lines.ts";

/** Claude's `usage`: input without the cached tokens; what was written to the cache is input. */
export function claudeUsage(raw: JsonRecord): Usage {
  return {
    input: countAt(raw, "input_tokens") + countAt(raw, "cache_creation_input_tokens"),
    cached: countAt(raw, "cache_read_input_tokens"),
    output: countAt(raw, "output_tokens"),
  };
}

/** The sum of a `modelUsage` member: all models, subagents included. */
function modelUsage(models: JsonRecord): Usage {
  const each = Object.keys(models).map((name) => {
    const raw = objectAt(models, name);
    return {
      input: countAt(raw, "inputTokens") + countAt(raw, "cacheCreationInputTokens"),
      cached: countAt(raw, "cacheReadInputTokens"),
      output: countAt(raw, "outputTokens"),
      usd: countAt(raw, "costUSD"),
    };
  });
  return each.reduce<Usage>(addUsage, { ...noUsage, usd: 0 });
}

export interface CostMeter {
  add(result: JsonRecord): void;
  /** Usage of all results of this process; undefined before the first. */
  told(): Usage | undefined;
}

/**
 * Sums the results of one process; there are several when work went on in the background. `before` is the session's
 * state, for versions whose cost runs over the whole session.
 */
export function createCostMeter(before: Usage | undefined): CostMeter {
  let sum: Usage | undefined;
  let lastTotal = before?.usd ?? 0;
  return {
    told: () => sum,
    add(result) {
      const total = countAt(result, "total_cost_usd");
      sum = addUsage(sum ?? noUsage, usageOf(result, lastTotal));
      lastTotal = total;
    },
  };
}

function usageOf(result: JsonRecord, lastTotal: number): Usage {
  const tokens = claudeUsage(objectAt(result, "usage"));
  if ("model_usage_since_last_result" in result) {
    const since = modelUsage(objectAt(result, "model_usage_since_last_result"));
    return totalTokens(since) >= totalTokens(tokens) ? since : { ...tokens, usd: since.usd ?? 0 };
  }
  const total = countAt(result, "total_cost_usd");
  // Only a cost that runs over the session comes with model counters larger than this process's usage.
  const cumulative = totalTokens(modelUsage(objectAt(result, "modelUsage"))) > totalTokens(tokens) && total >= lastTotal;
  return { ...tokens, usd: cumulative ? total - lastTotal : total };
}
