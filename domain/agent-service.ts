import type { AgentCommand, Judge } from "./goal.ts";

/** Any agent of a goal that can be started on a host. */
export type AnyAgent = (AgentCommand & { readonly use: "codex" | "claude" | "command" }) | Extract<Judge, { use: "model" }>;

/** What an agent counts as where a host limits how many run at once. */
export interface AgentService {
  readonly kind: AnyAgent["use"];
  /** Whose rate limits it shares: `openai`, `anthropic`, `host:port` of another service, or the command itself. */
  readonly provider: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

const known: Readonly<Record<string, string>> = { "api.openai.com": "openai", "api.anthropic.com": "anthropic" };

/** Tells by the agent's settings and environment. Agents that share a provider are taken to share an account. */
export function agentService(agent: AnyAgent, env: Environment): AgentService {
  const { use: kind } = agent;
  switch (agent.use) {
    case "codex":
      return { kind, provider: codexProvider(agent.args) ?? serviceAt(env["OPENAI_BASE_URL"]) ?? "openai" };
    case "claude":
      return { kind, provider: serviceAt(env["ANTHROPIC_BASE_URL"]) ?? "anthropic" };
    case "model":
      return { kind, provider: serviceAt(agent.baseUrl) ?? (agent.provider === "anthropic" ? "anthropic" : "openai") };
    case "command":
      return { kind, provider: ["command", agent.bin ?? "", ...agent.args].join(" ") };
  }
}

/** As in `-c model_provider="azure"`. */
function codexProvider(args: readonly string[]): string | undefined {
  const found = args.map((arg) => /^model_provider\s*=\s*"?([^"\s]+)"?$/.exec(arg)?.[1]).findLast((name) => name !== undefined);
  return found === undefined ? undefined : found.toLowerCase();
}

function serviceAt(url: string | undefined): string | undefined {
  const host = url === undefined ? undefined : /^[a-z]+:\/\/(?:[^/@]*@)?([^/?#]+)/i.exec(url)?.[1]?.toLowerCase();
  return host === undefined ? undefined : (known[host] ?? host);
}
