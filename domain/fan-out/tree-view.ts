import { countTasks, type TaskCounts } from "./task-counts.ts";
import type { TaskState } from "./task.ts";
import type { ThreadState } from "../thread.ts";
import { nothingInTree, type TreeSpent } from "./tree.ts";

/** The subagents of one thread: the answer of the `tree` Query. */
export interface TreeView {
  readonly id: string;
  readonly root: string;
  /** Whether the tasks are known yet. */
  readonly listed: boolean;
  /** Subagents at once. */
  readonly parallel: number;
  readonly counts: TaskCounts;
  readonly merges: number;
  /** What all subagents used. */
  readonly spent: TreeSpent;
  /** Attempts that wait for the budget. */
  readonly waitingForBudget: number;
  readonly tasks: readonly TaskView[];
}

export type TaskView = Omit<TaskState, "fields" | "rebase" | "cause" | "succeededBefore" | "onDemand">;

export function treeViewOf({ start, fanOut }: ThreadState): TreeView {
  const tasks = fanOut?.tasks ?? [];
  return {
    id: start.id,
    root: start.tree?.root ?? start.id,
    listed: fanOut?.listed ?? false,
    parallel: start.goal.fanOut?.parallel ?? start.goal.subagents?.parallel ?? 0,
    counts: countTasks(tasks),
    merges: fanOut?.merges ?? 0,
    spent: fanOut?.spent ?? nothingInTree,
    waitingForBudget: fanOut?.wanting.length ?? 0,
    tasks: tasks.map(taskViewOf),
  };
}

function taskViewOf({
  fields: _fields,
  rebase: _rebase,
  cause: _cause,
  succeededBefore: _before,
  onDemand: _onDemand,
  ...task
}: TaskState): TaskView {
  return task;
}
