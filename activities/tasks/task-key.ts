import { createHash } from "node:crypto";
import type { Goal } from "../../domain/goal.ts";
import type { RepositoryRef } from "../../domain/repository.ts";
import type { Task } from "../../domain/fan-out/task.ts";

const keyCharacters = 32;

export interface TaskKeyRequest {
  readonly repository: Pick<RepositoryRef, "id">;
  /** What `renderGoal` made for the task. */
  readonly rendered: Goal;
  readonly task: Task;
}

/** Digest of what has to be done, in 32 hex digits. Who does it and what it may cost are not in it. */
export function taskKey({ repository, rendered, task }: TaskKeyRequest): string {
  const { goal, background, done, verify, setup, scope } = rendered;
  const checks = verify.map(({ run, name, metric }) => [run, name, metric]);
  const work = [repository.id, goal, background, done, checks, setup, scope, task.fields];
  return createHash("sha256").update(canonical(work)).digest("hex").slice(0, keyCharacters);
}

/** JSON with sorted keys: the same whatever order a file or a message had. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item !== "object" || item === null || Array.isArray(item)) return item;
    return Object.fromEntries(Object.entries(item).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}
