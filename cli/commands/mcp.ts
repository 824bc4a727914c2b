import { Command } from "commander";
import { BatonFailure } from "../../domain/failure.ts";

export function mcpCommand(): Command {
  return new Command("mcp")
    .description("Serve an agent the tools of its thread (spawn, list, wait, result, ask); hosts and agents start it, not people")
    .action(async () => {
      const path = process.env["BATON_AGENT_SOCKET"];
      if (path === undefined) {
        throw new BatonFailure("Usage", "no turn runs here whose agent could be served", {
          where: "BATON_AGENT_SOCKET",
          next: "give the goal file `subagents: {}`; its worker then finds the server by itself",
        });
      }
      const { serveMcp } = await import("../mcp/serve-mcp.ts");
      await serveMcp(path);
    });
}
