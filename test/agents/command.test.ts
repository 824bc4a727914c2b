import { fileURLToPath } from "node:url";
import { commandAgent } from "../../activities/agents/command.ts";
import { describeAdapter } from "./adapter-contract.ts";

const bin = fileURLToPath(new URL("../support/agents/scripted-agent.mjs", import.meta.url));

describeAdapter({ adapter: commandAgent, agent: async () => ({ bin, args: [] }), env: () => ({}) });
