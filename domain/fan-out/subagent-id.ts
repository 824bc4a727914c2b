import type { TaskState } from "./task.ts";

const slugLength = 24;
const keyLength = 8;

/** `fix-cart-3f9a01bc`, `…-2` for the second try: equal tasks get equal ids, whoever starts them. */
export function subagentId({ name, key }: Pick<TaskState, "name" | "key">, number: number): string {
  const words = name
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
  const slug = words.slice(0, slugLength).replaceAll(/-+$/g, "");
  const id = `${slug === "" ? "task" : slug}-${key.slice(0, keyLength)}`;
  return number <= 1 ? id : `${id}-${number}`;
}

/** The inverse of `subagentId`. */
export function subagentNumber(task: Pick<TaskState, "name" | "key">, id: string): number {
  return Number(id.slice(subagentId(task, 1).length + 1)) || 1;
}

/** Ids of the subagents that race for a task, or raced to the end; none in a task that is no race. */
export function racersOf(task: TaskState): readonly string[] {
  return task.racers ?? task.raced?.map((number) => subagentId(task, number)) ?? [];
}
