import { WorkflowNotFoundError } from "@temporalio/client";
import { stopUpdate, threadWorkflowId } from "../../workflows/messages.ts";
import type { BatonWorld } from "./baton-world.ts";
import type { TestThread } from "./test-thread.ts";
import { until } from "./until.ts";

/** Stops a thread that has shown what a test wanted, and waits until it is settled; cheaper than the command. */
export async function endThread(world: BatonWorld, thread: TestThread): Promise<void> {
  const handle = (await world.client()).workflow.getHandle(threadWorkflowId(thread.id));
  await handle.executeUpdate(stopUpdate, { args: [{ reason: "the test has seen enough", by: "test" }] });
  await thread.settled("stopped");
}

/** Ends a thread's Workflow in Temporal itself, as a person may by hand: it never settles. */
export async function terminateThread(world: BatonWorld, id: string): Promise<void> {
  world.allowOpen(id, "it was terminated");
  await (await world.client()).workflow.getHandle(threadWorkflowId(id)).terminate("by hand");
}

/** Has Temporal forget a settled thread, as it does by itself when the retention of its namespace is over. */
export async function forgetThread(world: BatonWorld, id: string): Promise<void> {
  const { workflow, workflowService, options } = await world.client();
  const workflowExecution = { workflowId: threadWorkflowId(id) };
  await workflowService.deleteWorkflowExecution({ namespace: options.namespace, workflowExecution });
  const isGone = async () =>
    workflow
      .getHandle(workflowExecution.workflowId)
      .describe()
      .then(
        () => false,
        (error: unknown) => error instanceof WorkflowNotFoundError,
      );
  await until(isGone, { why: `Temporal has forgotten ${id}` });
}
