import type { FanOut } from "../../domain/fan-out/fan-out.ts";
import { BatonFailure } from "../../domain/failure.ts";
import { renderAgent, renderGoal } from "../../domain/fan-out/render-goal.ts";
import type { RepositoryRef } from "../../domain/repository.ts";
import type { Task } from "../../domain/fan-out/task.ts";
import { taskKey } from "./task-key.ts";

interface KeyedTasks {
  readonly tasks: readonly (Task & { readonly key: string })[];
  readonly duplicates: number;
}

/** Bytes of the checks of all tasks: every merge is given them, in one payload. */
const mostCheckBytes = 1_000_000;

/** Tasks with their keys, each key once, in the order of the goal. Throws GoalFile naming task and field when one lacks a field. */
export function keyedTasks(
  tasks: readonly Task[],
  {
    repository,
    fanOut,
  }: { readonly repository: RepositoryRef; readonly fanOut: Pick<FanOut, "template" | "order" | "race" | "merge"> },
): KeyedTasks {
  const byKey = new Map<string, Task>();
  let checkBytes = 0;
  for (const task of tasks) {
    const rendered = renderGoal(fanOut.template, task);
    // A racer that does not fit the task would be found out when it is to be started.
    for (const racer of fanOut.race) renderAgent(racer, task, "race");
    const key = taskKey({ repository, rendered, task });
    if (byKey.has(key)) continue;
    byKey.set(key, task);
    checkBytes += Buffer.byteLength(JSON.stringify(rendered.verify));
  }
  if (fanOut.merge.verify.length === 0 && checkBytes > mostCheckBytes) throw tooManyChecks(checkBytes);
  const keyed = Array.from(byKey, ([key, { name, fields }]) => ({ key, name, fields }));
  // Digests have no order of their own: sorting by them mixes the tasks, the same way each time.
  const ordered = fanOut.order === "shuffled" ? keyed.toSorted((a, b) => (a.key < b.key ? -1 : 1)) : keyed;
  return { tasks: ordered, duplicates: tasks.length - keyed.length };
}

function tooManyChecks(bytes: number): BatonFailure {
  const what = `every merged stack would have to pass ${bytes} bytes of checks, those of all tasks; at most ${mostCheckBytes} go`;
  return new BatonFailure("GoalFile", what, {
    where: "fan_out.merge.verify",
    next: "name a few checks there that tell for all tasks",
  });
}
