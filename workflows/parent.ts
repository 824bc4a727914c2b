import { condition, log, setHandler } from "@temporalio/workflow";
import { afterAnswer, refuseAnswer } from "../domain/questions.ts";
import { newsOf } from "../domain/fan-out/news.ts";
import { end, isSettled } from "../domain/thread.ts";
import { nothingInTree, type SubagentNews, type TreeOrder } from "../domain/fan-out/tree.ts";
import { releaseHold } from "./hold.ts";
import * as messages from "./messages.ts";
import { sendNews, tellAncestors } from "./tell-ancestors.ts";
import { tellSubagents } from "./tell-subagents.ts";
import type { ThreadLoop } from "./thread-loop.ts";
import { keepPlaceMsOf } from "./waits.ts";

/** After which a subagent that waits for the root's leave asks for it once more. */
const askAgainMs = 3_600_000;

/** What the thread that started this one tells it; passed on to its own subagents. */
export function handleOrders(loop: ThreadLoop): void {
  setHandler(messages.orderSignal, (order) => {
    // Also a thread that is about to end has something to tell to whoever waits for it.
    if (order.kind === "adopt") return adopt(loop, order);
    if (loop.state.phase !== "ended") obey(loop, order);
  });
}

function obey(loop: ThreadLoop, order: Exclude<TreeOrder, { kind: "adopt" }>): void {
  const { state } = loop;
  switch (order.kind) {
    case "pause":
      if (order.now) loop.work?.cancel();
      loop.state = { ...state, paused: true };
      return tellSubagents(loop, order);
    case "resume":
      loop.state = { ...state, paused: false };
      return tellSubagents(loop, order);
    case "stop":
      loop.work?.cancel();
      loop.state = end(state, { status: "stopped", reason: order.reason });
      return;
    case "answer":
      if (refuseAnswer(state, order.answer) === null) loop.state = afterAnswer(state, order.answer, Date.now());
      return;
    case "turn":
      loop.state = { ...state, granted: order.grant };
  }
}

/** Works for whoever asks when its own parent is gone; as long as that one lives, and for another task, it does not. */
async function adopt(loop: ThreadLoop, order: Extract<TreeOrder, { kind: "adopt" }>): Promise<void> {
  const { parent, root, key, metered } = order;
  const { tree, id } = loop.state.start;
  const stranger = tree?.parent !== parent;
  if (tree?.key !== key || (stranger && (await listens(loop, tree.parent)))) {
    const taken: SubagentNews = { thread: id, parent, key, spent: nothingInTree, now: { kind: "taken" } };
    return sendNews(parent, taken).catch((error: unknown) => log.warn("nobody waits for it", { parent, error: String(error) }));
  }
  const { state } = loop;
  // Another was quicker while the old parent was asked.
  if (stranger && state.start.tree?.parent !== tree.parent) return adopt(loop, order);
  const adopted = { ...state.start, tree: { ...tree, parent, root, metered } };
  loop.state = { ...state, start: adopted, ...(stranger ? { paused: false } : {}) };
  loop.told = "";
  if (isSettled(loop.state)) tellParent(loop);
}

async function listens(loop: ThreadLoop, parent: string): Promise<boolean> {
  const news = newsOf(loop.state);
  if (news === null) return false;
  return sendNews(parent, news).then(
    () => true,
    () => false,
  );
}

/** Ends without having begun: the parent starts another under the next id. */
export async function giveIdUp(loop: ThreadLoop, why: string): Promise<void> {
  const { id: thread, tree } = loop.state.start;
  const now: SubagentNews["now"] = { kind: "taken" };
  if (tree !== undefined)
    tellAncestors(loop, [tree.parent], { thread, parent: tree.parent, key: tree.key, spent: nothingInTree, now });
  loop.state = end(loop.state, { status: "stopped", reason: why });
  // Settling on a host would write into the earlier thread's record.
  await releaseHold(loop, true);
}

/** Tells the parent how this thread stands, when that has changed. */
export function tellParent(loop: ThreadLoop): void {
  const news = newsOf(loop.state);
  if (news === null) return;
  const told = JSON.stringify(news.now);
  if (told === loop.told) return;
  loop.told = told;
  tell(loop, news);
}

function tell(loop: ThreadLoop, news: SubagentNews): void {
  const { tree } = loop.state.start;
  if (tree === undefined) return;
  // What only concerns the budget is the root's alone.
  const toParent = news.now.kind === "wantsTurn" ? [] : [tree.parent];
  const toRoot = tree.metered || news.now.kind === "settled" ? [tree.root] : [];
  tellAncestors(loop, [...toParent, ...toRoot], news);
}

/** Waits for the root's leave; the place is kept for as long as for a person. */
export async function wantTurn(loop: ThreadLoop): Promise<void> {
  const before = loop.state;
  const changed = () => loop.state !== before;
  if (loop.state.hold) {
    if (await condition(changed, keepPlaceMsOf(loop.state), { summary: "waiting for the budget of the tree" })) return;
    return releaseHold(loop, false);
  }
  if (await condition(changed, askAgainMs, { summary: "waiting for the budget of the tree" })) return;
  // A root that is gone by now gives no leave.
  loop.told = "";
}
