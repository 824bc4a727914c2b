import type { WorkerAgent } from "../../domain/goal.ts";
import type { AgentSession } from "../../domain/turn.ts";
import { agentAdapters } from "./adapters.ts";
import type { AgentEvent } from "./agent.ts";

interface FollowedTurn {
  readonly agent: WorkerAgent;
  readonly session: AgentSession | null;
  /** Folder that travels. */
  readonly sessionDir: string;
  /** Told as soon as it is known, where it can be saved. */
  readonly onSession: (session: AgentSession) => void;
}

/** Knows which session a running turn writes, and saves it as it is at that moment. */
export function followSession({ agent, session, sessionDir, onSession }: FollowedTurn) {
  const adapter = agentAdapters[agent.use];
  let known: AgentSession | undefined;
  let env: Readonly<Record<string, string>> | undefined;
  return {
    /** From here on the agent runs, in this environment. */
    begin(environment: Readonly<Record<string, string>>): void {
      env = environment;
    },
    take(event: AgentEvent): void {
      if (event.kind !== "session" || event.id === "" || event.id === known?.id || adapter.saveSession === undefined) return;
      known = event.id === session?.id ? session : { agent: agent.use, id: event.id };
      onSession(known);
    },
    /** Undefined while the agent has told of none, or where it keeps its session in the folder itself. */
    async save(): Promise<AgentSession | undefined> {
      if (env === undefined || known === undefined) return undefined;
      await adapter.saveSession?.({ env, sessionDir }, known.id);
      return known;
    },
  };
}
