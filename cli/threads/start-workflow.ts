import { WorkflowExecutionAlreadyStartedError, type Client } from "@temporalio/client";
import { WorkflowIdConflictPolicy, WorkflowIdReusePolicy } from "@temporalio/common";
import type { ThreadStart } from "../../domain/thread-start.ts";
import { threadWorkflowId, threadWorkflowType, workflowTaskQueue } from "../../workflows/messages.ts";
import { startedThread } from "../../workflows/started-thread.ts";

/** Starts a thread's Workflow; false when the id is or was in use. */
export async function startWorkflow(client: Client, start: ThreadStart, identity: string): Promise<boolean> {
  try {
    await client.workflow.start(threadWorkflowType, {
      workflowId: threadWorkflowId(start.id),
      taskQueue: workflowTaskQueue,
      args: [{ start }],
      workflowIdConflictPolicy: WorkflowIdConflictPolicy.FAIL,
      workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
      ...startedThread(start, { identity, openedAt: new Date().toISOString() }),
    });
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}
