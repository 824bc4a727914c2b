import { codexAgent } from "../../activities/agents/codex.ts";
import { describeAdapter } from "./adapter-contract.ts";
import { codexWithModel } from "../support/real-agent-settings.ts";
import { realAgent } from "../support/real-agents.ts";

describeAdapter({
  adapter: codexAgent,
  agent: async (server) => ({ bin: await realAgent("codex"), ...codexWithModel(server) }),
  env: () => ({ BATON_TEST_KEY: "none" }),
});
