import type { WorkerAgent } from "../domain/goal.ts";
import type { AgentSession } from "../domain/turn.ts";
import { agentAdapters } from "./agents/adapters.ts";
import type { AgentEvent } from "./agents/agent.ts";

interface FollowedTurn {
  readonly agent: WorkerAgent;
  readonly session: AgentSession | null;
  /** Folder that travels. */
  readonly sessionDir: string;
}

/** Knows which session a running turn writes, and saves it as it is at that moment. */
export function followSession({ agent, session, sessionDir }: FollowedTurn) {
  const adapter = agentAdapters[agent.use];
  let id: string | undefined;
  let env: Readonly<Record<string, string>> | undefined;
  return {
    /** From here on the agent runs, in this environment. */
    begin(environment: Readonly<Record<string, string>>): void {
      env = environment;
    },
    take(event: AgentEvent): void {
      if (event.kind === "session") id = event.id;
    },
    /** Undefined while the agent has told of none, or where it keeps its session in the folder itself. */
    async save(): Promise<AgentSession | undefined> {
      if (adapter.saveSession === undefined || env === undefined || id === undefined || id === "") return undefined;
      await adapter.saveSession({ env, sessionDir }, id);
      return id === session?.id ? session : { agent: agent.use, id };
    },
  };
}
