import type { Check } from "../goal.ts";

interface TaskChecks {
  /** Name of the task. */
  readonly name: string;
  readonly checks: readonly Check[];
}

const nameLength = 100;

/** Checks of a merged stack: those of the goal, then those of the tasks that are in it; what is the same runs once. */
export function mergeChecks(always: readonly Check[], tasks: readonly TaskChecks[]): Check[] {
  const found = new Map<string, Check>();
  const add = (check: Check) => {
    const { run, env = [], metric } = check;
    const identity = JSON.stringify([run, env.toSorted(), metric]);
    const known = found.get(identity);
    if (known === undefined) found.set(identity, check);
    else if (known.timeoutMs < check.timeoutMs) found.set(identity, { ...known, timeoutMs: check.timeoutMs });
  };
  for (const check of always) add(check);
  for (const { name, checks } of tasks) for (const check of checks) add(namedFor(name, check));
  return [...found.values()];
}

/** A check as one of a task: many tasks have checks of the same name. */
export function namedFor(task: string, check: Check): Check {
  return { ...check, name: `${check.name} (${task})`.slice(0, nameLength) };
}
