import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { toolDescriptions, toolInputs, type ToolName } from "../../activities/subagents/agent-tools.ts";
import { ownVersion } from "../../config/version.ts";
import { callHost, type HostLine } from "./host-line.ts";

const readers: readonly ToolName[] = ["list", "wait", "result"];

/** Serves an agent's tools on standard input and output until the agent or the host hangs up. */
export async function serveMcp(path: string): Promise<void> {
  const line = await callHost(path);
  const server = new McpServer({ name: "baton", version: ownVersion() });
  for (const name of Object.keys(toolInputs) as ToolName[]) {
    const annotations = { readOnlyHint: readers.includes(name), destructiveHint: false, openWorldHint: false };
    const about = { description: toolDescriptions[name], inputSchema: toolInputs[name].shape, annotations };
    server.registerTool(name, about, (input: unknown) => callTool(line, name, input));
  }
  const gone = new Promise<void>((resolve) => {
    process.stdin.once("end", resolve);
    process.stdin.once("close", resolve);
  });
  await server.connect(new StdioServerTransport());
  await Promise.race([gone, line.ended]);
  line.close();
  await server.close();
  process.stdin.destroy();
}

async function callTool(line: HostLine, name: ToolName, input: unknown) {
  try {
    return { content: [{ type: "text" as const, text: JSON.stringify(await line.call(name, input)) }] };
  } catch (error) {
    return { isError: true, content: [{ type: "text" as const, text: error instanceof Error ? error.message : String(error) }] };
  }
}
