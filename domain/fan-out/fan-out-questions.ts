import { oneLine } from "../bounded-text.ts";
import { succeeded, tasksIn, type FanOutState } from "./fan-out-state.ts";
import type { NewQuestion, Question } from "../question.ts";
import { countsText, countTasks } from "./task-counts.ts";
import { reasonOf, threadsOf, type TaskState } from "./task.ts";
import type { ThreadState } from "../thread.ts";

/** Subagents that have to fail alike before a person is asked about the cause. */
const alike = 3;
const shown = 10;

/** Why several subagents cannot go on, while fewer have got through since the first: one cause, not a question for each. */
export function commonCause(fanOut: FanOutState): { readonly cause: string; readonly tasks: readonly TaskState[] } | null {
  const byCause = new Map<string, TaskState[]>();
  for (const task of fanOut.tasks) {
    if (task.cause) byCause.set(task.cause, [...(byCause.get(task.cause) ?? []), task]);
  }
  const now = succeeded(fanOut);
  for (const [cause, tasks] of byCause) {
    const since = now - Math.min(...tasks.map(({ succeededBefore = 0 }) => succeededBefore));
    if (tasks.length >= alike && tasks.length > since) return { cause, tasks };
  }
  return null;
}

/** Threads that wait for the cause that a person was asked about. */
export function waitingAlike({ fanOut }: ThreadState, question: Pick<Question, "cause">): readonly string[] {
  const alike = fanOut === undefined ? [] : tasksIn(fanOut, "running").filter((task) => isAbout(question, task));
  return alike.flatMap(threadsOf);
}

/** Others may have got through, or met the same, since it was asked. */
export function isAbout({ cause }: Pick<Question, "cause">, task: TaskState): boolean {
  return cause !== undefined && task.cause === cause;
}

export function tasksQuestion({ start }: ThreadState, fanOut: FanOutState): NewQuestion {
  const pending = tasksIn(fanOut, "pending");
  return {
    kind: "tasks",
    text: `${pending.length} ${pending.length === 1 ? "task" : "tasks"} would be started. Go on?`,
    facts: listed(pending.map(({ name }) => name)),
    next: `baton tree ${start.id} shows what each is told. Then: baton answer ${start.id} continue, or: baton answer ${start.id} stop`,
  };
}

export function pilotQuestion({ start }: ThreadState, fanOut: FanOutState): NewQuestion {
  const counts = countTasks(fanOut.tasks);
  const tried = fanOut.tasks.length - counts.pending;
  return {
    kind: "pilot",
    text: `The pilot is over: ${counts.merged} of ${tried} tasks are merged. Start the other ${counts.pending}?`,
    facts: listed(tasksIn(fanOut, "failed").map(failureLine)),
    next: `baton answer ${start.id} continue, or: baton answer ${start.id} stop`,
  };
}

export function stuckQuestion({ start }: ThreadState, found: NonNullable<ReturnType<typeof commonCause>>): NewQuestion {
  const { tasks, cause } = found;
  const what = tasks.some(({ reason }) => reason !== undefined) ? "subagents cannot go on" : "tasks cannot be merged";
  return {
    kind: "subagents",
    cause,
    text: `${tasks.length} ${what} for the same reason: ${oneLine((tasks[0] && reasonOf(tasks[0])) ?? cause, 300)}`,
    facts: [...listed(tasks.map(({ name, thread }) => `${name} (${thread ?? "not started"})`)), "no further subagent is started"],
    next: `mend the cause, then: baton answer ${start.id} continue (tries these tasks again), or: baton answer ${start.id} stop`,
  };
}

export function failedQuestion({ start, fanOut }: ThreadState, failed: readonly TaskState[]): NewQuestion {
  const counts = countsText(countTasks(fanOut?.tasks ?? []));
  return {
    kind: "failedTasks",
    text: `${failed.length} ${failed.length === 1 ? "task" : "tasks"} failed (${counts}). Go on without, try again, or stop?`,
    facts: listed(failed.map(failureLine)),
    next: `baton answer ${start.id} continue (without them), retry or stop`,
    choices: ["continue", "retry", "stop"],
  };
}

function failureLine(task: TaskState): string {
  const { name, thread } = task;
  return `${name}${thread === null ? "" : ` (${thread})`}: ${reasonOf(task) ?? "no reason was told"}`;
}

function listed(lines: readonly string[]): string[] {
  const more = lines.length - shown;
  return [...lines.slice(0, shown).map((line) => oneLine(line, 300)), ...(more > 0 ? [`and ${more} more`] : [])];
}
