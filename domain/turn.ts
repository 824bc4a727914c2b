import type { AgentOutcome, ProcessOutcome } from "./outcome.ts";
import type { Usage } from "./usage.ts";

/** An agent's own conversation: its id, and its counters where they run over the whole session. */
export interface AgentSession {
  readonly agent: string;
  readonly id: string;
  /** Cumulative counters of the session, to compute the next turn's difference. */
  readonly totals?: Usage;
}

/** A turn that was cut off with its host, as its newest checkpoint knows it. */
export interface TurnInside {
  readonly turn: number;
  readonly attempt: number;
  readonly session: AgentSession;
}

/** Where the work of one instant is kept. */
export interface Checkpoint {
  /** The commit that holds the work tree; what a branch is delivered from. */
  readonly commit: string;
  /** The hub's commit that binds work tree, agent session and ledger of that instant. */
  readonly snapshot: string;
  /** The work tree's git tree id; equal trees mean equal work. */
  readonly tree: string;
}

/** What differs from the base commit, as far as the loop has to know. Lists are bounded samples. */
export interface Changes {
  readonly files: number;
  readonly outOfScope: readonly string[];
  readonly outOfScopeCount: number;
  /** Protected paths the agent had changed in this turn; Baton put them back. */
  readonly restored: readonly string[];
}

/** The durable record of one turn: the Activity's result and the ledger inside the checkpoint. */
export interface TurnReport {
  readonly turn: number;
  readonly attempt: number;
  readonly epoch: number;
  readonly process: ProcessOutcome;
  readonly agent: AgentOutcome;
  readonly usage: Usage;
  readonly activeMs: number;
  /** The agent's last message: a claim, never evidence. Bounded. */
  readonly message: string;
  readonly session?: AgentSession;
  /** Set when the session could not be resumed and the turn started cold. */
  readonly coldStart?: string;
  readonly toolCalls: number;
  /** Identity of the commands the agent ran, to notice repetition. */
  readonly commands: string;
  readonly checkpoint: Checkpoint;
  readonly changes: Changes;
}
