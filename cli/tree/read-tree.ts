import type { Threads } from "../threads/temporal-threads.ts";
import type { Tree } from "./render-tree.ts";

/** The subagents of a thread; lists know hosts and turns a little later than the thread itself. */
export async function readTree(threads: Threads, thread: string): Promise<Tree> {
  const view = await threads.tree(thread);
  return { view, threads: await threads.listTree(view.root) };
}
