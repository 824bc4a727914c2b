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

/** Bytes of why a task failed, as JSON: of 2,000 tasks these are much of what their coordinator carries along. */
export const reasonBytes = 160;

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
  /** Why it failed, or what it waits for, in one line; what its merge was refused for is in `rebase`. */
  readonly reason?: string;
  /** Equal for tasks that failed, or wait, alike. */
  readonly cause?: string;
  /** Tasks that had got through when it met that cause. */
  readonly succeededBefore?: number;
  /** What the next subagent is told of the merge that its task was refused at. */
  readonly rebase?: Rebase;
  /** Work done again on top of the merged stack, after a conflict or a red stack. */
  readonly rebases: number;
  /** Subagents that race for it now. */
  readonly racers?: readonly string[];
  /** Numbers of those that raced to the end, the winner's included: for inspection. */
  readonly raced?: readonly number[];
  /** Set when the thread's own agent asked for it: the agent takes the work, not the merge queue. */
  readonly onDemand?: OnDemand;
}

/** A task that has to be done again on top of the merged stack: its `commit`, if it is not lost, was refused. */
export interface Rebase {
  readonly text: string;
  readonly evidence?: string;
}

/**
 * `pending` -> `running` -> `ready` (achieved, waits for its merge) -> `merged`; `failed` when its subagent ended
 * otherwise; `left` when a person or the goal decided to go on without it. What an agent asked for is `achieved` instead of `ready`.
 */
export type TaskStatus = "pending" | "running" | "ready" | "merged" | "achieved" | "failed" | "left";

/** Every subagent that works at a task right now. */
export function threadsOf(task: Pick<TaskState, "racers" | "thread">): readonly string[] {
  return task.racers ?? (task.thread === null ? [] : [task.thread]);
}

/** Why it failed, or has to be done again. */
export function reasonOf({ reason, rebase, status }: TaskState): string | undefined {
  return reason ?? (status === "pending" || status === "failed" || status === "left" ? rebase?.text : undefined);
}
