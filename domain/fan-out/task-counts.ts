import type { TaskState, TaskStatus } from "./task.ts";

/** Tasks by status; the counts add up to all of them. */
export type TaskCounts = Readonly<Record<TaskStatus, number>>;

export function countTasks(tasks: readonly TaskState[]): TaskCounts {
  const counts = { pending: 0, running: 0, ready: 0, merged: 0, achieved: 0, failed: 0, left: 0 };
  for (const { status } of tasks) counts[status] += 1;
  return counts;
}

/** `14 of 30 merged, 3 running, 2 to merge, 1 failed`; what an agent asked for is achieved, not merged. */
export function countsText(counts: TaskCounts): string {
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const { merged, achieved } = counts;
  const parts = [
    ...(achieved > 0 && merged === 0 ? [`${achieved} of ${all} achieved`] : [`${merged} of ${all - achieved} merged`]),
    ...(achieved > 0 && merged > 0 ? [`${achieved} achieved on demand`] : []),
    ...(counts.running === 0 ? [] : [`${counts.running} running`]),
    ...(counts.ready === 0 ? [] : [`${counts.ready} to merge`]),
    ...(counts.failed === 0 ? [] : [`${counts.failed} failed`]),
    ...(counts.left === 0 ? [] : [`${counts.left} left out`]),
  ];
  return parts.join(", ");
}
