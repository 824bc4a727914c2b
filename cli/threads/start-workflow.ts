import { WorkflowExecutionAlreadyStartedError, type Client } from "@temporalio/client";
import { WorkflowIdConflictPolicy, WorkflowIdReusePolicy } from "@temporalio/common";
import { oneLine } from "../../domain/bounded-text.ts";
import type { ThreadStart } from "../../domain/thread-start.ts";
import { threadWorkflowId, threadWorkflowType, workflowTaskQueue } from "../../workflows/messages.ts";
import { searchAttributes } from "../../workflows/search-attributes.ts";

/** What lists and later runs of the same goal read without asking the Workflow. */
interface ThreadMemo {
  readonly identity: string;
  readonly title: string;
  /** Id under which the hub keeps the repository. */
  readonly repository: string;
  /** ISO 8601. */
  readonly openedAt: string;
}

// Temporal takes 200 bytes; cut by characters first, because people read it.
const maxSummaryBytes = 190;

/** Starts a thread's Workflow; false when the id is or was in use. */
export async function startWorkflow(client: Client, start: ThreadStart, identity: string): Promise<boolean> {
  const title = summaryOf(start.goal.goal);
  const memo: ThreadMemo = { identity, title, repository: start.repository.id, openedAt: new Date().toISOString() };
  try {
    await client.workflow.start(threadWorkflowType, {
      workflowId: threadWorkflowId(start.id),
      taskQueue: workflowTaskQueue,
      args: [{ start }],
      workflowIdConflictPolicy: WorkflowIdConflictPolicy.FAIL,
      workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
      staticSummary: title,
      memo: { ...memo },
      typedSearchAttributes: attributesOf(start),
    });
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}

export function attributesOf({ goal, repository, owner }: ThreadStart) {
  return [
    { key: searchAttributes.status, value: "running" },
    { key: searchAttributes.repository, value: repository.name },
    { key: searchAttributes.agent, value: goal.agents.worker.use },
    { key: searchAttributes.host, value: "" },
    { key: searchAttributes.owner, value: owner },
    { key: searchAttributes.turn, value: 0 },
    { key: searchAttributes.cost, value: 0 },
  ];
}

function summaryOf(goal: string): string {
  let text = oneLine(goal, 180);
  while (Buffer.byteLength(text) > maxSummaryBytes) text = oneLine(text, Array.from(text).length - 1);
  return text;
}
