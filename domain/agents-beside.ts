import type { AnyAgent } from "./agent-service.ts";
import type { ThreadState } from "./thread.ts";

/** An agent that a thread needs on its host beside its worker. */
export interface AgentBeside {
  readonly role: "judge" | "reviewer" | "planner";
  readonly agent: AnyAgent;
}

/** Who else has work to do on the thread's host. A planner is done with when the thread's own turns have come. */
export function agentsBeside({ start: { goal }, phase }: Pick<ThreadState, "start" | "phase">): AgentBeside[] {
  const { judge, planner } = goal.agents;
  return [
    ...(judge.use === "none" ? [] : [{ role: "judge", agent: judge } as const]),
    ...(goal.review === undefined ? [] : [{ role: "reviewer", agent: goal.review } as const]),
    ...(planner === undefined || phase !== "fanOut" ? [] : [{ role: "planner", agent: planner } as const]),
  ];
}
