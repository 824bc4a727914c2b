import { WorkflowExecutionAlreadyStartedError, type Client } from "@temporalio/client";
import { WorkflowIdConflictPolicy, WorkflowIdReusePolicy } from "@temporalio/common";
import { BatonFailure } from "../../domain/failure.ts";
import type { ThreadState } from "../../domain/thread.ts";
import { threadWorkflowId, threadWorkflowType, workflowTaskQueue } from "../../workflows/messages.ts";
import { describeThread, type ThreadDescription } from "./describe-thread.ts";
import { attributesOf } from "./start-workflow.ts";

/** A thread that comes from another Temporal Service. */
export interface Arrival {
  readonly state: ThreadState;
  /** Of the Workflow that it leaves, so that lists show it as before. */
  readonly memo: Readonly<Record<string, unknown>>;
}

/** Starts the thread's Workflow from its state; fine when this very arrival, or a later one, has been started before. */
export async function startArrival(client: Client, { state, memo }: Arrival): Promise<void> {
  const { start, epoch } = state;
  const before = await describeThread(client, start.id);
  refuseOther(start.id, before);
  if (hasArrived(before, epoch)) return;
  try {
    await client.workflow.start(threadWorkflowType, {
      workflowId: threadWorkflowId(start.id),
      taskQueue: workflowTaskQueue,
      args: [{ state }],
      workflowIdConflictPolicy: WorkflowIdConflictPolicy.FAIL,
      // A first visit cannot be started twice, however late the second attempt comes.
      workflowIdReusePolicy: before ? WorkflowIdReusePolicy.ALLOW_DUPLICATE : WorkflowIdReusePolicy.REJECT_DUPLICATE,
      ...(typeof memo["title"] === "string" ? { staticSummary: memo["title"] } : {}),
      memo: { ...memo, arrival: epoch },
      typedSearchAttributes: attributesOf(start),
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    const now = await describeThread(client, start.id);
    if (!hasArrived(now, epoch)) throw inUse(start.id);
  }
}

/** Whether the arrival under this epoch has been started, even if it has gone on or ended since. */
export function hasArrived(known: ThreadDescription | undefined, epoch: number): boolean {
  return known?.arrival !== null && known !== undefined && known.arrival >= epoch;
}

/** Ids follow from goal and repository, so the same goal may have been started over there on its own. */
export function refuseOther(thread: string, known: ThreadDescription | undefined): void {
  if (known !== undefined && known.arrival === null && known.status !== "moved") throw inUse(thread);
}

function inUse(thread: string): BatonFailure {
  return new BatonFailure("Conflict", `another thread ${thread} has been started there`, {
    where: "the target's Temporal Service",
    next: "let it be, or start this goal once more with --again and move that thread",
  });
}
