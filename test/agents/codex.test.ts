import { codexAgent } from "../../activities/agents/codex.ts";
import { describeAdapter } from "./adapter-contract.ts";
import { codexWithModel } from "../support/real-agent-settings.ts";
import { codexSandboxArgs, realAgent } from "../support/real-agents.ts";

const sandbox = codexSandboxArgs();

describeAdapter({
  adapter: codexAgent,
  agent: async (server) => {
    const { model, args } = codexWithModel(server);
    return { bin: await realAgent("codex"), model, args: [...(await sandbox), ...args] };
  },
  env: () => ({ SCRIPTED_MODEL_KEY: "none" }),
});
