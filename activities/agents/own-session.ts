import type { AgentSession } from "../../domain/turn.ts";
import type { AgentTurn } from "./agent.ts";

/** The session to resume, if it is one of this kind of agent: a goal may have changed its worker in between. */
export function ownSession(turn: AgentTurn, agent: string): AgentSession | undefined {
  return turn.session?.agent === agent ? turn.session : undefined;
}

/** Why another agent's session cannot be resumed; undefined when there is none. */
export function foreignSession(turn: AgentTurn, agent: string): string | undefined {
  if (turn.session === undefined || turn.session.agent === agent) return undefined;
  return `the last session belongs to ${turn.session.agent}`;
}
