import { condition, getExternalWorkflowHandle, log, patched } from "@temporalio/workflow";
import { afterNews, isAtWork } from "../domain/fan-out/after-news.ts";
import { tasksIn } from "../domain/fan-out/fan-out-state.ts";
import { racersOf } from "../domain/fan-out/subagent-id.ts";
import { threadsOf } from "../domain/fan-out/task.ts";
import { afterLeft } from "../domain/fan-out/leaving.ts";
import { nothingInTree, type TreeOrder } from "../domain/fan-out/tree.ts";
import * as messages from "./messages.ts";
import { tellAncestors } from "./tell-ancestors.ts";
import type { ThreadLoop } from "./thread-loop.ts";

export function tellSubagents(loop: ThreadLoop, order: TreeOrder): void {
  for (const id of runningThreads(loop)) tellSubagent(loop, id, order);
}

export function tellSubagent(loop: ThreadLoop, thread: string, order: TreeOrder): void {
  const earlier = loop.orders.get(thread) ?? isThere(loop, thread);
  const sent = earlier
    .then(() => sendOrder(thread, order))
    .catch((error: unknown) => {
      log.warn("a subagent could not be told", { thread, order: order.kind, error: String(error) });
      loseSubagent(loop, thread, "Temporal does not know it any more");
    })
    .finally(() => {
      if (loop.orders.get(thread) === sent) loop.orders.delete(thread);
    });
  loop.orders.set(thread, sent);
  const before = loop.telling;
  loop.telling = sent.then(() => before);
}

/** What is told before it is started would find nobody. */
async function isThere(loop: ThreadLoop, thread: string): Promise<void> {
  const task = loop.state.fanOut?.tasks.find((each) => [...threadsOf(each), ...racersOf(each)].includes(thread));
  if (task !== undefined && loop.starting.has(task.key)) await condition(() => !loop.starting.has(task.key));
}

export async function sendOrder(thread: string, order: TreeOrder): Promise<void> {
  await getExternalWorkflowHandle(messages.threadWorkflowId(thread)).signal(messages.orderSignal, order);
}

export function runningThreads({ state }: ThreadLoop): readonly string[] {
  return state.fanOut === undefined ? [] : tasksIn(state.fanOut, "running").flatMap(threadsOf);
}

/** A Workflow that was ended in Temporal itself, or never was: its task has failed. */
export function loseSubagent(loop: ThreadLoop, thread: string, why: string): void {
  loop.state = afterLeft(loop.state, thread);
  const task = loop.state.fanOut?.tasks.find((each) => isAtWork(each, thread));
  if (task === undefined) return;
  const reason = `its Workflow ended without a word: ${why}`;
  const { id: parent, tree } = loop.state.start;
  const spent = loop.state.fanOut?.ledger[thread] ?? nothingInTree;
  const now = { kind: "settled" as const, status: "failed", reason, commit: "", cause: "" };
  const news = { thread, parent, key: task.key, spent, now };
  loop.state = afterNews(loop.state, news);
  // The attempt that it was given leave for would keep its share of the budget for ever.
  if (tree?.metered && patched("tell-root-of-loss")) tellAncestors(loop, [tree.root], news);
}
