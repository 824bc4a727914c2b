import { WorkflowExecutionAlreadyStartedError, type Client } from "@temporalio/client";
import { WorkflowIdConflictPolicy, WorkflowIdReusePolicy } from "@temporalio/common";
import type { ThreadStatus } from "../../domain/thread-view.ts";
import { threadWorkflowId } from "../../workflows/messages.ts";
import { searchAttributes } from "../../workflows/search-attributes.ts";
import { describeThread } from "./describe-thread.ts";
import { hasArrived } from "./start-arrival.ts";

/** Whether an arrival can still happen: `refused` for good, or it has happened. */
export type ArrivalState =
  | { readonly kind: "refused" }
  | { readonly kind: "arrived"; readonly running: boolean; readonly status: ThreadStatus };

/** Longer than a start that is under way may take, so that none slips in after the refusal has closed. */
const standsFor = "30 seconds";

/**
 * Puts a Workflow that does nothing in the place of an arrival, so that whoever still tries to start it is told. No Worker is
 * needed: nobody polls its queue, and the server closes it.
 */
export async function refuseArrival(client: Client, { thread, epoch }: { thread: string; epoch: number }): Promise<ArrivalState> {
  const before = await describeThread(client, thread);
  if (before && hasArrived(before, epoch)) return { kind: "arrived", running: before.running, status: before.status };
  if ((before?.calledOff ?? 0) >= epoch) return { kind: "refused" };
  try {
    await client.workflow.start("calledOff", {
      workflowId: threadWorkflowId(thread),
      taskQueue: "called-off",
      workflowExecutionTimeout: standsFor,
      workflowIdConflictPolicy: WorkflowIdConflictPolicy.FAIL,
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
      staticSummary: `A move to here was called off: ${thread}`,
      memo: { calledOff: epoch, ...(before === undefined ? {} : { before: before.runId }) },
      typedSearchAttributes: [{ key: searchAttributes.status, value: "moved" }],
    });
    return { kind: "refused" };
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    const now = await describeThread(client, thread);
    // Another thread of this id keeps the arrival out just as well.
    return now && hasArrived(now, epoch) ? { kind: "arrived", running: now.running, status: now.status } : { kind: "refused" };
  }
}
