import { mostTaskBytes, mostTasks, type Task } from "../../domain/fan-out/task.ts";

/** Says what keeps these tasks from being one fan-out; undefined when they can be. Reads after what they are: "the list …". */
export function taskListProblem(tasks: readonly Task[]): string | undefined {
  if (tasks.length === 0) return "has no task";
  if (tasks.length > mostTasks) return `has ${tasks.length} tasks; at most ${mostTasks} go into one fan-out`;
  const bytes = Buffer.byteLength(JSON.stringify(tasks));
  return bytes > mostTaskBytes ? `has ${bytes} bytes of tasks; at most ${mostTaskBytes} are carried along` : undefined;
}
