import type { WorkerAgent } from "../../domain/goal.ts";
import type { AgentOutcome, ProcessOutcome } from "../../domain/outcome.ts";
import type { McpCommand } from "../subagents/mcp-command.ts";
import type { AgentSession } from "../../domain/turn.ts";
import type { Usage } from "../../domain/usage.ts";

/** What an agent does while its turn runs. Unknown events of an agent's protocol are dropped, never guessed at. */
export type AgentEvent =
  | { readonly kind: "session"; readonly id: string }
  | { readonly kind: "message"; readonly text: string }
  | { readonly kind: "tool"; readonly name: string; readonly detail: string; readonly status: "started" | "done" | "failed" }
  | { readonly kind: "usage"; readonly usage: Usage }
  | { readonly kind: "retry"; readonly detail: string };

export interface AgentTurn {
  readonly agent: WorkerAgent;
  readonly thread: string;
  readonly turn: number;
  readonly attempt: number;
  readonly prompt: string;
  /** Given instead when the wanted session cannot be resumed: it tells what happened so far. */
  readonly coldPrompt?: string;
  /** Absolute path of the work tree. */
  readonly cwd: string;
  /** Absolute path of the folder that travels with the thread; adapters keep their session files in it. */
  readonly sessionDir: string;
  /** Session to resume; absent: start a new one. */
  readonly session?: AgentSession;
  /** The child's whole environment, allowlist and markers applied. */
  readonly env: Readonly<Record<string, string>>;
  readonly limits: TurnLimits;
  /** MCP server that the agent gets; absent: none. */
  readonly mcp?: McpCommand;
  /** Aborted with an `InterruptReason` as its reason. */
  readonly signal: AbortSignal;
  onEvent(event: AgentEvent): void;
}

export type InterruptReason = "person" | "shutdown" | "handoff";

export interface TurnLimits {
  readonly turnTimeMs: number;
  /** Milliseconds without any output after which the agent counts as hung. */
  readonly stallMs: number;
  /** What is left of the budget, enforced while the turn runs as far as the agent reports usage. */
  readonly tokens?: number;
  readonly usd?: number;
}

export interface AgentTurnResult {
  readonly process: ProcessOutcome;
  readonly agent: AgentOutcome;
  /** This turn's usage alone, whatever the agent's own counters mean. */
  readonly usage: Usage;
  readonly session?: AgentSession;
  /** Why the wanted session was not resumed, when it was not. */
  readonly coldStart?: string;
  readonly message: string;
  readonly toolCalls: number;
  /** Short digest of the commands the agent ran; empty when unknown. */
  readonly commands: string;
}

export interface AgentProbe {
  readonly agent: string;
  /** Path of the executable; absent when it was not found. */
  readonly path?: string;
  readonly version?: string;
  /** What is wrong and how to mend it; empty when the agent is ready. */
  readonly problems: readonly { readonly what: string; readonly next: string }[];
}

/** One kind of agent. Adapters own their protocol and their session files; nothing of them leaks into `domain/`. */
export interface AgentAdapter {
  readonly name: WorkerAgent["use"];
  /** Never throws: what is wrong is in `problems`. Bounded to a few seconds. */
  probe(agent: WorkerAgent, env: Readonly<Record<string, string>>): Promise<AgentProbe>;
  /** Never throws for anything the agent does; throws only when the machine fails (disk full). */
  runTurn(turn: AgentTurn): Promise<AgentTurnResult>;
  /** Copies the session of a turn that still runs into the folder that travels; absent where the agent itself writes there. */
  saveSession?(turn: Pick<AgentTurn, "env" | "sessionDir">, id: string): Promise<void>;
}
