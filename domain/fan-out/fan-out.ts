import type { AgentCommand, Check, Goal, WorkerAgent } from "../goal.ts";
import type { TaskSource } from "./task.ts";

/** The part of a goal that is done by subagents, before the goal's own turns. */
export interface FanOut {
  readonly tasks: TaskSource;
  /** Goal of each subagent, with `${task.<field>}` in its texts; has no fan-out itself. */
  readonly template: Goal;
  /** Subagents at once, at most 200. */
  readonly parallel: number;
  readonly order: "listed" | "shuffled";
  readonly onTaskFailure: "continue" | "stop" | "ask";
  /** Tasks that are run first; absent: none. */
  readonly pilot?: { readonly tasks: number; readonly then: "ask" | "continue" };
  /** Whether a person sees the list of tasks before the first one starts. */
  readonly approve: boolean;
  /** Agents that try each task at the same time; the first whose work is verified and judged wins. Empty: the template's worker. */
  readonly race: readonly WorkerAgent[];
  readonly merge: MergePolicy;
}

export interface MergePolicy {
  /** Run on every merged stack; empty: the checks of all merged tasks. */
  readonly verify: readonly Check[];
  /** Most branches merged between two verifications. */
  readonly batch: number;
  /** Times a task that conflicts or breaks the stack is done again on top of it. */
  readonly rebases: number;
}

/** An agent that reads the diff of work that passed its checks; its findings are the next turn's input. */
export interface Reviewer extends AgentCommand {
  readonly use: "codex" | "claude" | "command";
  readonly instructions?: string;
  readonly timeoutMs: number;
  /** Times that findings go back to the worker; then the work goes on to the judge with what is still open. */
  readonly rounds: number;
}

/** An agent that splits the goal into tasks. */
export interface Planner extends AgentCommand {
  readonly use: "codex" | "claude" | "command";
  readonly timeoutMs: number;
}
