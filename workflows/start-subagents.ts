import { WorkflowExecutionAlreadyStartedError } from "@temporalio/common";
import { ParentClosePolicy, patched, startChild } from "@temporalio/workflow";
import { afterStarted } from "../domain/fan-out/after-news.ts";
import { taskIn } from "../domain/fan-out/fan-out-state.ts";
import { subagentId } from "../domain/fan-out/subagent-id.ts";
import { subagentStart } from "../domain/fan-out/subagent-start.ts";
import { threadsOf, type TaskState } from "../domain/fan-out/task.ts";
import type { ThreadState } from "../domain/thread.ts";
import type { ThreadStart } from "../domain/thread-start.ts";
import * as messages from "./messages.ts";
import { startedThread } from "./started-thread.ts";
import { loseSubagent, sendOrder, tellSubagent } from "./tell-subagents.ts";
import type { ThreadLoop } from "./thread-loop.ts";

/** Ids that may be taken by earlier subagents of the same task. */
const mostIds = 100;

/** One subagent, or one for each agent that races. */
export async function startSubagents(loop: ThreadLoop, task: TaskState): Promise<void> {
  const { start } = loop.state;
  const race = task.onDemand === undefined ? (start.goal.fanOut?.race ?? []) : [];
  loop.starting.add(task.key);
  try {
    const workers = race.length === 0 ? [undefined] : race;
    const taken = new Set<string>();
    for (const worker of workers) {
      await startSubagent(loop, { task, taken, ...(worker === undefined ? {} : { worker }) });
    }
  } finally {
    loop.starting.delete(task.key);
  }
}

/** Whether a race is still open: its first may have won, or the thread have ended, before the last has started. */
function mayJoin({ state }: ThreadLoop, { key }: TaskState): boolean {
  const status = taskIn(state, key)?.status;
  return state.phase !== "ended" && (status === "running" || status === "failed");
}

interface Wanted {
  readonly task: TaskState;
  /** Ids of this try so far. */
  readonly taken: Set<string>;
  readonly worker?: ThreadStart["goal"]["agents"]["worker"];
}

/** Under the first id that no earlier subagent of the task has; one that still runs is taken over. */
async function startSubagent(loop: ThreadLoop, { task, taken, worker }: Wanted): Promise<void> {
  for (let number = task.tries + 1; number <= task.tries + mostIds; number += 1) {
    const id = subagentId(task, number);
    if (taken.has(id)) continue;
    if (taken.size > 0 && !mayJoin(loop, task)) return;
    const about = { id, ...(worker === undefined ? {} : { worker }), ...stackOf(loop.state) };
    const start = subagentStart(withBudget(loop.state), task, about);
    // Who joins a race after the pause was told to it has to be told as well.
    const late = loop.state.paused;
    // Before it is started: its first news may come in the same moment as the word that it runs.
    loop.state = afterStarted(loop.state, task.key, [...atWork(loop, task).filter((each) => taken.has(each)), id]);
    if ((await startChildThread(loop, start)) || (await takeOver(start, id))) {
      taken.add(id);
      if (late && loop.state.paused && patched("pause-late-racers")) tellSubagent(loop, id, { kind: "pause", now: true });
      return;
    }
  }
  loseSubagent(loop, taskIn(loop.state, task.key)?.thread ?? "", "no id is left for it");
}

function stackOf({ checkpoint }: ThreadState): { readonly stack?: string } {
  return checkpoint === null ? {} : { stack: checkpoint.commit };
}

/** A person may have changed the budget since. */
function withBudget({ start, budget }: ThreadState): ThreadStart {
  return { ...start, goal: { ...start.goal, budget } };
}

function atWork({ state }: ThreadLoop, { key }: TaskState): readonly string[] {
  const task = taskIn(state, key);
  return task?.status === "running" ? threadsOf(task) : [];
}

async function startChildThread(loop: ThreadLoop, start: ThreadStart): Promise<boolean> {
  const { id } = start;
  const about = { identity: start.tree?.key ?? id, openedAt: new Date().toISOString() };
  try {
    const child = await startChild(messages.threadWorkflowType, {
      workflowId: messages.threadWorkflowId(id),
      args: [{ start }],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      workflowIdReusePolicy: "REJECT_DUPLICATE",
      ...startedThread(start, about),
    });
    void child
      .result()
      .catch((error: unknown) => loseSubagent(loop, id, String(error instanceof Error ? (error.cause ?? error) : error)));
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}

/** A subagent of the same task that an earlier run of the goal left behind. */
async function takeOver({ tree }: ThreadStart, id: string): Promise<boolean> {
  if (tree === undefined) return false;
  const { parent, root, key, metered } = tree;
  return sendOrder(id, { kind: "adopt", parent, root, key, metered }).then(
    () => true,
    () => false,
  );
}
