import type { AgentFailure, AgentOutcome } from "../../domain/outcome.ts";
import { firstChars } from "../../domain/bounded-text.ts";

type Failed = Extract<AgentOutcome, { kind: "failed" }>;

// The order decides: an outage that mentions a model is an outage, a 400 about length is about the context.
const signs: readonly (readonly [AgentFailure, RegExp])[] = [
  ["context", /context.?(length|window)|prompt is too long|too many tokens|maximum context|input is too long/i],
  ["rateLimit", /\b429\b|rate.?limit|too many requests|usage limit|hit your limit|quota|out of credits/i],
  [
    "auth",
    /\b40[13]\b|unauthori[sz]ed|forbidden|invalid api key|not logged in|authenticat|log ?in\b|missing environment variable/i,
  ],
  [
    "server",
    /\b5\d\d\b|overloaded|high demand|stream disconnected|connection|connect error|error sending request|timed? ?out|network|reconnecting|ECONN|fetch failed|socket/i,
  ],
  [
    "config",
    /\b400\b|\b404\b|invalid_request|does not exist|not found|not supported|unknown|unrecognized|unexpected argument|cannot be used|config/i,
  ],
];

/** Sorts an agent's words about its failure; the HTTP status, where the agent tells it, is stronger than the words. */
export function classifyFailure(detail: string, status?: number): Failed {
  const reason = status === undefined ? undefined : byStatus(status, detail);
  const found = reason ?? signs.find(([, sign]) => sign.test(detail))?.[0] ?? "unknown";
  const wait = found === "rateLimit" ? retryAfter(detail) : undefined;
  const text = firstChars(detail.trim() === "" ? "the agent gave no reason" : detail.trim(), 2000);
  return { kind: "failed", reason: found, detail: text, ...(wait === undefined ? {} : { retryAfterMs: wait }) };
}

/** How a failure that is a rate limit is told on; nothing for any other. */
export function limitedBy({ reason, retryAfterMs }: Failed): { limited?: { retryAfterMs?: number } } {
  if (reason !== "rateLimit") return {};
  return { limited: retryAfterMs === undefined ? {} : { retryAfterMs } };
}

function byStatus(status: number, detail: string): AgentFailure | undefined {
  if (status === 401 || status === 403) return "auth";
  if (status === 429) return "rateLimit";
  if (status >= 500) return "server";
  if (status === 413 || (status === 400 && signs[0]![1].test(detail))) return "context";
  return status >= 400 ? "config" : undefined;
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Reads "try again in 3 days 4 hours", "retry after 20s", "retry-after: 7". */
function retryAfter(detail: string): number | undefined {
  const told = /(?:again in|retry.?after:?|wait)\s+((?:(?:about\s+)?\d+(?:\.\d+)?\s*[a-z]*[\s,]*)+)/i.exec(detail)?.[1];
  if (told === undefined) return undefined;
  let sum = 0;
  for (const [, count, unit] of told.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]*)/gi)) {
    const name = (unit ?? "").toLowerCase();
    const factor = unitMs[name] ?? unitMs[name.slice(0, name.startsWith("ms") || name.startsWith("milli") ? 0 : 1)];
    sum += Number(count) * (factor ?? (name.startsWith("m") ? 1 : 1000));
  }
  return sum > 0 ? Math.round(sum) : undefined;
}
