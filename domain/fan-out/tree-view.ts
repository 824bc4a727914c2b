import { countTasks, type TaskCounts } from "./task-counts.ts";
import { racersOf } from "./subagent-id.ts";
import { reasonOf, type TaskState } from "./task.ts";
import type { ThreadState } from "../thread.ts";
import { nothingInTree, type TreeSpent } from "./tree.ts";

/** The subagents of one thread: the answer of the `tree` Query. */
export interface TreeView {
  readonly id: string;
  readonly root: string;
  /** Whether the tasks are known yet; a thread without any knows that. */
  readonly listed: boolean;
  /** Whether tasks may be started; until then each tells its fields. */
  readonly approved: boolean;
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

export type TaskView = Pick<
  TaskState,
  "key" | "name" | "fields" | "status" | "thread" | "tries" | "rebases" | "commit" | "reason" | "racers"
>;

export function treeViewOf({ start, fanOut }: ThreadState): TreeView {
  const tasks = fanOut?.tasks ?? [];
  const approved = fanOut?.approved ?? true;
  return {
    id: start.id,
    root: start.tree?.root ?? start.id,
    listed: fanOut?.listed ?? true,
    approved,
    parallel: start.goal.fanOut?.parallel ?? start.goal.subagents?.parallel ?? 0,
    counts: countTasks(tasks),
    merges: fanOut?.merges ?? 0,
    spent: fanOut?.spent ?? nothingInTree,
    waitingForBudget: fanOut?.wanting.length ?? 0,
    tasks: tasks.map((task) => (approved || task.status !== "pending" ? taskViewOf(task) : withFields(task))),
  };
}

/** Nobody can approve of tasks without what their agents would be told. */
function withFields(task: TaskState): TaskView {
  return { ...taskViewOf(task), ...(task.fields === undefined ? {} : { fields: task.fields }) };
}

function taskViewOf(task: TaskState): TaskView {
  const { key, name, status, thread, tries, rebases, commit } = task;
  const reason = reasonOf(task);
  const racers = racersOf(task);
  return {
    key,
    name,
    status,
    thread,
    tries,
    rebases,
    ...(commit === undefined ? {} : { commit }),
    ...(reason === undefined ? {} : { reason }),
    ...(racers.length === 0 ? {} : { racers }),
  };
}
