import type { Judge } from "../../domain/goal.ts";
import type { Usage } from "../../domain/usage.ts";
import type { JudgeRequest } from "../judge-request.ts";

/** One question to one kind of judge. */
export interface JudgeQuestion<J extends Judge = Judge> {
  readonly request: JudgeRequest;
  readonly judge: J;
  readonly prompt: string;
  /** Milliseconds that are left for the answer. */
  readonly timeoutMs: number;
}

/** What came back: text or JSON that is still to be checked, or why there is none. */
export type JudgeAnswer =
  | { readonly answer: unknown; readonly usage: Usage }
  /** `again`: asking once more may help. */
  | { readonly problem: string; readonly usage: Usage; readonly again: boolean };

export type AgentJudge = Extract<Judge, { use: "codex" | "claude" | "command" }>;
