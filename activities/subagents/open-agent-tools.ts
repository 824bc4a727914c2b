import { AsyncResource } from "node:async_hooks";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BatonFailure } from "../../domain/failure.ts";
import type { HostContext } from "../host-context.ts";
import type { OpenThread } from "../workspace/open-threads.ts";
import { isTool } from "./agent-tools.ts";
import { mcpCommand, mcpCommandLine, type McpCommand } from "./mcp-command.ts";
import { readMessages, sendMessage, type ToolAnswer, type ToolCall } from "./socket-messages.ts";
import { takeCall, type CallingTurn } from "./take-call.ts";
import { markersIn } from "../thread-markers.ts";

/** The way of a running turn's agent to its thread. The agent sees a socket: no Temporal, no hub, no credentials. */
export interface AgentTools {
  readonly mcp: McpCommand;
  /** For agents that start the server themselves. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

interface ToolsRequest {
  readonly open: OpenThread;
  readonly turn: number;
  readonly stallMs: number;
  /** Environment of the agent. */
  readonly env: Readonly<Record<string, string>>;
}

/** Longest path of a Unix socket on every system, its end included. */
const mostPathBytes = 100;
const markers = ["BATON_HOST", "BATON_HOST_DIR", "BATON_THREAD", "BATON_TURN", "BATON_ATTEMPT", "BATON_EPOCH"];

/** Listens for the agent of one attempt at a turn, until closed. To be called within the turn's Activity. */
export async function openAgentTools(host: HostContext, { open, turn, stallMs, env }: ToolsRequest): Promise<AgentTools> {
  const place = await socketPlace(host, open.thread);
  const closing = new AbortController();
  const sockets = new Set<Socket>();
  const server = createServer(
    // What a call does belongs to the Activity of the turn, whoever's event it is.
    AsyncResource.bind((socket: Socket) => {
      sockets.add(socket);
      serveAgent(socket, { host, open, turn, stallMs, signal: closing.signal });
      socket.once("close", () => sockets.delete(socket));
    }),
  );
  await listen(server, place.path);
  const own = markersIn(env, markers);
  const mcp = mcpCommand({ ...own, BATON_AGENT_SOCKET: place.path });
  return {
    mcp,
    env: { BATON_AGENT_SOCKET: place.path, BATON_MCP: mcpCommandLine(mcp) },
    async close() {
      closing.abort();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
      await rm(place.folder, { recursive: true, force: true });
    },
  };
}

function serveAgent(socket: Socket, calling: CallingTurn): void {
  const gone = new AbortController();
  const signal = AbortSignal.any([calling.signal, gone.signal]);
  socket.on("error", () => socket.destroy());
  socket.once("close", () => gone.abort());
  readMessages(socket, (message) => {
    const { id, tool, input } = message as Partial<ToolCall>;
    if (typeof id !== "number") return void socket.destroy();
    void answer({ ...calling, signal }, { id, tool: String(tool), input }).then((said) => sendMessage(socket, said));
  });
}

async function answer(calling: CallingTurn, { id, tool, input }: ToolCall): Promise<ToolAnswer> {
  try {
    if (!isTool(tool)) return { id, error: `there is no tool ${tool}` };
    return { id, value: await takeCall(calling, tool, input) };
  } catch (error) {
    if (error instanceof BatonFailure) return { id, error: [error.message, error.next].filter(Boolean).join(". ") };
    calling.host.logger.warn({ thread: calling.open.thread, tool, error: String(error) }, "an agent's request failed");
    return { id, error: "Baton cannot do that now; try again in a while" };
  }
}

/** In the host's folder where that is short enough; what a killed process left there is replaced. */
async function socketPlace(host: HostContext, thread: string): Promise<{ folder: string; path: string }> {
  const folder = join(host.folder, "agents", createHash("sha256").update(thread).digest("hex").slice(0, 12));
  await rm(folder, { recursive: true, force: true });
  if (Buffer.byteLength(join(folder, "s")) > mostPathBytes) {
    const short = await mkdtemp(join(Buffer.byteLength(tmpdir()) > 60 ? "/tmp" : tmpdir(), "baton-"));
    return { folder: short, path: join(short, "s") };
  }
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return { folder, path: join(folder, "s") };
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, () => resolve());
  });
}
