import { claudeAgent } from "../../activities/agents/claude.ts";
import { describeAdapter } from "./adapter-contract.ts";
import { claudeEnvironmentFor } from "../support/real-agent-settings.ts";
import { realAgent } from "../support/real-agents.ts";

describeAdapter({
  adapter: claudeAgent,
  agent: async () => ({ bin: await realAgent("claude"), args: [] }),
  // A host may have set this word to something that does not satisfy claude.
  env: (server) => ({ IS_SANDBOX: "yes", ...claudeEnvironmentFor(server) }),
});
