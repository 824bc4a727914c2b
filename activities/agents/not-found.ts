import { noUsage } from "../../domain/usage.ts";
import type { AgentTurn, AgentTurnResult } from "./agent.ts";

/** The result of a turn whose executable is missing: nothing ran, the session stays what it was. */
export function notFoundResult(problem: string, agent: string, turn: AgentTurn): AgentTurnResult {
  const detail = `${problem}; install ${agent} on this host or set \`bin\` of the goal's worker`;
  return {
    process: { kind: "notStarted", code: "ENOENT", message: problem },
    agent: { kind: "failed", reason: "config", detail },
    usage: noUsage,
    ...(turn.session === undefined ? {} : { session: turn.session }),
    message: "",
    toolCalls: 0,
    commands: "",
  };
}
