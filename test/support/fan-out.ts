import type { ThreadStatus } from "../../domain/thread-view.ts";
import type { TaskView, TreeView } from "../../domain/fan-out/tree-view.ts";
import type { BatonWorld } from "./baton-world.ts";
import type { TestThread } from "./test-thread.ts";
import { until } from "./until.ts";
import { threadOfWorkflow, threadWorkflowId, treeQuery } from "../../workflows/messages.ts";

/** A worker that takes no notice of its prompt and runs a script, in which `$BATON_TASK_NAME` is the task's name. */
export function shellWorker(script: string): Readonly<Record<string, unknown>> {
  return { use: "command", run: `cat > /dev/null\n${script}` };
}

/** Goal keys for subagents that each run a script; over defaults that suit tests. */
export function fanOutGoal(
  tasks: readonly (string | Readonly<Record<string, unknown>>)[],
  { script, ...keys }: { readonly script: string } & Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const { template, fan_out: fanOut, ...goal } = keys as Record<string, Readonly<Record<string, unknown>> | undefined>;
  return {
    agents: { worker: shellWorker(script) },
    verify: ["true"],
    fan_out: {
      tasks,
      parallel: 4,
      template: { goal: "Do ${task.name}", verify: ['test -f "out/${task.name}"'], ...template },
      ...fanOut,
    },
    ...goal,
  };
}

/** `mkdir` and a file for the task: the least that a subagent can do. */
export const writeOwnFile = 'mkdir -p out && echo "$BATON_TASK_NAME" > "out/$BATON_TASK_NAME"';

export async function treeOf(world: BatonWorld, { id }: Pick<TestThread, "id">): Promise<TreeView> {
  return await (await world.client()).workflow.getHandle(threadWorkflowId(id)).query(treeQuery);
}

export async function taskOf(world: BatonWorld, thread: Pick<TestThread, "id">, name: string): Promise<TaskView> {
  const task = (await treeOf(world, thread)).tasks.find((each) => each.name === name);
  if (task === undefined) throw new Error(`${thread.id} has no task ${name}`);
  return task;
}

/** Waits until a tree looks as wanted. */
export async function whenTree(
  world: BatonWorld,
  thread: Pick<TestThread, "id">,
  wanted: { readonly why: string; holds(tree: TreeView): boolean; readonly withinMs?: number },
): Promise<TreeView> {
  const { why, withinMs = 60_000 } = wanted;
  return await until(
    async () => {
      const tree = await treeOf(world, thread);
      return wanted.holds(tree) ? tree : undefined;
    },
    { why, withinMs },
  );
}

/** Ids of the threads in the tree that are settled as named. */
export async function settledSubagents(world: BatonWorld, root: string, status: ThreadStatus): Promise<string[]> {
  const client = await world.client();
  const found: string[] = [];
  for await (const { workflowId } of client.workflow.list({ query: `BatonRoot = '${root}' AND BatonStatus = '${status}'` }))
    found.push(threadOfWorkflow(workflowId));
  return found;
}
