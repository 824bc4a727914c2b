import { WorkflowExecutionAlreadyStartedError, type Client } from "@temporalio/client";
import { WorkflowIdConflictPolicy, WorkflowIdReusePolicy } from "@temporalio/common";
import { BatonFailure } from "../../domain/failure.ts";
import type { ThreadState } from "../../domain/thread.ts";
import { threadWorkflowId, threadWorkflowType, workflowTaskQueue } from "../../workflows/messages.ts";
import { describeThread, type ThreadDescription } from "./describe-thread.ts";
import { startAttributes } from "../../workflows/started-thread.ts";

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
  if ((before?.calledOff ?? 0) >= epoch) throw calledOff(start.id);
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
      typedSearchAttributes: startAttributes(start),
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    const now = await describeThread(client, start.id);
    if (!hasArrived(now, epoch)) throw now?.calledOff == null ? inUse(start.id) : calledOff(start.id);
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

/** Before a move begins: two of one id cannot run there, and one that is on its way cannot go back by itself. */
export function refuseRunning(thread: string, known: ThreadDescription | undefined): void {
  refuseOther(thread, known);
  if (known?.running !== true) return;
  if (known.calledOff !== null) throw calledOff(thread);
  throw new BatonFailure("Conflict", `a copy of ${thread} runs there: it was taken back from there once`, {
    where: "the target's Temporal Service",
    next: `end it there first: baton stop <remote>:${thread}`,
  });
}

function calledOff(thread: string): BatonFailure {
  return new BatonFailure("Conflict", `a move of ${thread} to there has been called off`, {
    where: "the target's Temporal Service",
    next: "baton handoff --cancel ends it here too; a new move can begin half a minute later",
  });
}

function inUse(thread: string): BatonFailure {
  return new BatonFailure("Conflict", `another thread ${thread} has been started there`, {
    where: "the target's Temporal Service",
    next: "let it be, or start this goal once more with --again and move that thread",
  });
}
