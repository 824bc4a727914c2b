import type { ModelJudge } from "./goal.ts";

/** Variable of the host with a model judge's key; undefined for a server of one's own, which often wants none. */
export function modelKeyName({ apiKeyEnv, provider, baseUrl }: ModelJudge): string | undefined {
  if (apiKeyEnv !== undefined) return apiKeyEnv;
  if (provider === "anthropic") return "ANTHROPIC_API_KEY";
  return baseUrl === undefined ? "OPENAI_API_KEY" : undefined;
}
