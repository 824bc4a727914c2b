import { BatonFailure } from "../../domain/failure.ts";
import { subagentId } from "../../domain/fan-out/subagent-id.ts";
import { threadsOf } from "../../domain/fan-out/task.ts";
import type { TreeView } from "../../domain/fan-out/tree-view.ts";
import type { ThreadSummary } from "../threads/list-threads.ts";
import type { Threads } from "../threads/temporal-threads.ts";
import { isUnreachable } from "../progress/outage.ts";
import type { Tree } from "./render-tree.ts";

/** Each is a question to a Workflow, once a second while somebody watches. */
const mostBelow = 20;
const deepest = 3;

/** The subagents of a thread, and theirs; lists know hosts and turns a little later than the thread itself. */
export async function readTree(threads: Pick<Threads, "tree" | "listTree">, thread: string): Promise<Tree> {
  const view = await threads.tree(thread);
  const listed = await threads.listTree(view.root);
  return { view, threads: listed, below: hasMore(view, listed) ? await readBelow(threads, view) : {} };
}

/** Whether the tree has threads that do none of the view's own tasks. */
function hasMore({ tasks }: TreeView, listed: readonly ThreadSummary[]): boolean {
  const own = new Set(tasks.map((task) => subagentId(task, 1)));
  return !listed.every(({ id }) => own.has(id) || own.has(id.replace(/-\d+$/, "")));
}

async function readBelow({ tree }: Pick<Threads, "tree">, view: TreeView): Promise<Record<string, TreeView>> {
  const below: Record<string, TreeView> = {};
  let left = mostBelow;
  let wanted = atWorkIn(view);
  for (let depth = 1; depth < deepest && wanted.length > 0 && left > 0; depth += 1) {
    const views = await Promise.all(wanted.slice(0, left).map((id) => tree(id).catch(notYet)));
    left -= views.length;
    const found = views.flatMap((each) => (each === null || each.tasks.length === 0 ? [] : [each]));
    for (const each of found) below[each.id] = each;
    wanted = found.flatMap(atWorkIn);
  }
  return below;
}

function atWorkIn({ tasks }: TreeView): string[] {
  return tasks.flatMap((task) => (task.status === "running" ? threadsOf(task) : []));
}

/** A subagent counts as running right before it is started. */
function notYet(error: unknown): null {
  if (!(error instanceof BatonFailure) || isUnreachable(error)) throw error;
  return null;
}
