import type { AgentTurn } from "./agent.ts";

/** The turn as a session without memory has to be told it. */
export function withColdPrompt(turn: AgentTurn): AgentTurn {
  return turn.session === undefined || turn.coldPrompt === undefined ? turn : { ...turn, prompt: turn.coldPrompt };
}
