import { expect, test } from "vitest";
import { agentService, type AnyAgent } from "./agent-service.ts";

const plain = { args: [], env: [] };

test.each<[AnyAgent, Record<string, string>, string]>([
  [{ use: "codex", ...plain }, {}, "openai"],
  [{ use: "codex", ...plain, args: ["-c", 'model_provider="azure"'] }, {}, "azure"],
  [{ use: "codex", ...plain }, { OPENAI_BASE_URL: "http://127.0.0.1:8080/v1" }, "127.0.0.1:8080"],
  [{ use: "claude", ...plain }, {}, "anthropic"],
  [{ use: "claude", ...plain }, { ANTHROPIC_BASE_URL: "https://me@proxy.example.org/x" }, "proxy.example.org"],
  [{ use: "command", ...plain, bin: "/bin/aider", args: ["-y"] }, {}, "command /bin/aider -y"],
])("an agent's provider is known by its settings: %j", (agent, env, provider) => {
  expect(agentService(agent, env)).toEqual({ kind: agent.use, provider });
});

test("a model judge shares the provider of the agents that use the same service", () => {
  const judge = { use: "model", model: "m", timeoutMs: 1 } as const;
  expect(agentService({ ...judge, provider: "anthropic" }, {}).provider).toBe("anthropic");
  expect(agentService({ ...judge, provider: "openai-compatible" }, {}).provider).toBe("openai");
  const openAi = { ...judge, provider: "openai-compatible", baseUrl: "https://api.openai.com/v1" } as const;
  expect(agentService(openAi, {}).provider).toBe("openai");
  expect(agentService({ ...openAi, baseUrl: "https://llm.example.org/v1" }, {}).provider).toBe("llm.example.org");
});
