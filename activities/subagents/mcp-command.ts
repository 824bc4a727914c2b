import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** How an agent starts the MCP server that Baton gives it. */
export interface McpCommand {
  readonly command: string;
  readonly args: readonly string[];
  /** Some agents start servers with an environment of their own: these variables are needed. */
  readonly env: Readonly<Record<string, string>>;
}

// From the sources and from dist/.
const places = ["../../bin/baton.js", "../../../bin/baton.js"];

/** `baton mcp`, by this very Node and this very Baton, whatever the agent's PATH says. */
export function mcpCommand(env: Readonly<Record<string, string>>): McpCommand {
  const found = places.map((place) => fileURLToPath(new URL(place, import.meta.url))).find((path) => existsSync(path));
  return { command: process.execPath, args: [found ?? "baton", "mcp"], env };
}

/** The same as one line of shell. */
export function mcpCommandLine({ command, args }: McpCommand): string {
  return [command, ...args].map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(" ");
}
