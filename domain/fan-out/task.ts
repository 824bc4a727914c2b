import type { OnDemand } from "./on-demand.ts";

/** One unit of work of a fan-out. Its fields stand in the template goal as `${task.<field>}`. */
export interface Task {
  /** For people; at most 60 characters, one line. Not an identity: two tasks may have the same. */
  readonly name: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** Where the tasks of a fan-out come from. */
export type TaskSource =
  | { readonly kind: "list"; readonly tasks: readonly Task[] }
  /** A shell command, run in a clean checkout of the base: one line or one JSON object a task. */
  | { readonly kind: "command"; readonly run: string; readonly timeoutMs: number }
  /** One task for each file of the base that matches, with its path as `path`. */
  | { readonly kind: "files"; readonly globs: readonly string[] }
  /** The goal's `agents.planner` answers with the tasks. */
  | { readonly kind: "planner"; readonly instructions?: string };

/** More than one coordinator carries well. */
export const mostTasks = 2_000;
/** Bytes of all tasks together, as JSON: they travel through the coordinator's history. */
export const mostTaskBytes = 500_000;
/** Bytes of one task as JSON. */
export const mostBytesOfTask = 16_000;

/** A task as its coordinator keeps it: never more than a summary of what its subagent does. */
export interface TaskState {
  /** Digest of repository, contract and task: equal work has equal keys, wherever it stands in the list. */
  readonly key: string;
  readonly name: string;
  /** Dropped when the task needs no further subagent. */
  readonly fields?: Readonly<Record<string, string>>;
  readonly status: TaskStatus;
  /** Newest subagent, or the one whose work was taken; null before the first. */
  readonly thread: string | null;
  /** Subagents started for it so far, racers not counted one by one. */
  readonly tries: number;
  /** What is to be merged, or was. */
  readonly commit?: string;
  /** Why it failed, or what it waits for, in one line. */
  readonly reason?: string;
  /** Equal for tasks that failed, or wait, alike. */
  readonly cause?: string;
  /** Tasks that had got through when it met that cause. */
  readonly succeededBefore?: number;
  /** What the next subagent is told of the merge that its task was refused at. */
  readonly rebase?: Rebase;
  /** Work done again on top of the merged stack, after a conflict or a red stack. */
  readonly rebases: number;
  /** Subagents that ran beside the winner, or run now: for inspection. */
  readonly racers?: readonly string[];
  /** Set when the thread's own agent asked for it: the agent takes the work, not the merge queue. */
  readonly onDemand?: OnDemand;
}

/** A task that has to be done again on top of the merged stack. */
export interface Rebase {
  /** Newest commit of the stack. */
  readonly onto: string;
  /** The work that was refused; absent when it is lost. */
  readonly earlier?: string;
  readonly text: string;
  readonly evidence: string;
}

/**
 * `pending` -> `running` -> `ready` (achieved, waits for its merge) -> `merged`; `failed` when its subagent ended
 * otherwise; `left` when a person or the goal decided to go on without it. What an agent asked for is `achieved` instead of `ready`.
 */
export type TaskStatus = "pending" | "running" | "ready" | "merged" | "achieved" | "failed" | "left";
