import { getExternalWorkflowHandle, log } from "@temporalio/workflow";
import type { SubagentNews } from "../domain/fan-out/tree.ts";
import * as messages from "./messages.ts";
import type { ThreadLoop } from "./thread-loop.ts";

/** Tells parent or root how a subagent stands, one word after the other: news that overtake each other would tell an old state. */
export function tellAncestors(loop: ThreadLoop, threads: readonly string[], news: SubagentNews): void {
  for (const thread of new Set(threads))
    loop.telling = loop.telling.then(() => sendNews(thread, news)).catch((error: unknown) => withoutRoot(loop, news, error));
}

export async function sendNews(thread: string, news: SubagentNews): Promise<void> {
  await getExternalWorkflowHandle(messages.threadWorkflowId(thread)).signal(messages.newsSignal, news);
}

/** A tree without its root has no common budget any more; the subagent's own one holds. */
function withoutRoot(loop: ThreadLoop, { now }: SubagentNews, error: unknown): void {
  log.warn("the tree could not be told", { news: now.kind, error: String(error) });
  if (now.kind === "wantsTurn") loop.state = { ...loop.state, granted: { turn: now.turn, attempt: now.attempt } };
}
