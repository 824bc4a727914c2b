import { BatonFailure } from "../../domain/failure.ts";
import { noUsage } from "../../domain/usage.ts";
import type { AgentTurnResult } from "./agent.ts";

/** An agent that this host cannot even start is a failed attempt with a reason, so that a person is asked to mend it. */
export function failedToStart(error: unknown): AgentTurnResult {
  if (!(error instanceof BatonFailure) || error.type !== "AgentUnavailable") throw error;
  const detail = [error.message, error.next].filter(Boolean).join("; ");
  return {
    process: { kind: "notStarted", code: "EAGENT", message: error.message },
    agent: { kind: "failed", reason: "config", detail },
    usage: noUsage,
    message: "",
    toolCalls: 0,
    commands: "",
  };
}
