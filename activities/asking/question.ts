import type { AgentCommand } from "../../domain/goal.ts";
import type { Usage } from "../../domain/usage.ts";

/** One question to an agent that answers with JSON and changes nothing. */
export interface AgentQuestion {
  /** What the agent is here, in messages: as in `judge`. */
  readonly role: string;
  readonly agent: AskedAgent;
  readonly prompt: string;
  /** JSON Schema of the answer: strict, every member required. */
  readonly schema: object;
  /** What a command is given as JSON beside prompt and schema. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** Clean checkout of what the question is about. */
  readonly cwd: string;
  /** Whether claude gets tools to read the checkout with; codex and commands always can. */
  readonly reads: boolean;
  readonly env: Readonly<Record<string, string>>;
  /** Milliseconds that are left for the answer. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export interface AskedAgent extends AgentCommand {
  readonly use: "codex" | "claude" | "command";
}

/** What came back: text or JSON that is still to be checked, or why there is none. */
export type Answer =
  | { readonly answer: unknown; readonly usage: Usage }
  /** `again`: asking once more may help. `limited`: its provider refused, and may have said for how long. */
  | {
      readonly problem: string;
      readonly usage: Usage;
      readonly again: boolean;
      readonly limited?: { readonly retryAfterMs?: number };
    };
