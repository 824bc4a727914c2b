import { WorkflowNotFoundError, type Client } from "@temporalio/client";
import { settledStatuses, type ThreadStatus } from "../../domain/thread-view.ts";
import { threadWorkflowId } from "../../workflows/messages.ts";
import { statusOf } from "./list-threads.ts";
import { searchAttributes } from "../../workflows/search-attributes.ts";

/** What Temporal knows of a thread without asking its Workflow. */
export interface ThreadDescription {
  readonly settled: boolean;
  readonly turn: number;
  /** Id under which the hub keeps the thread's repository; empty for a thread that Baton's CLI did not start. */
  readonly repository: string;
  readonly running: boolean;
  readonly status: ThreadStatus;
  /** Epoch under which it came from another Temporal Service; null: it began here. */
  readonly arrival: number | null;
  readonly memo: Readonly<Record<string, unknown>>;
}

/** Undefined when Temporal knows no such thread, or none any more. */
export async function describeThread(client: Client, thread: string): Promise<ThreadDescription | undefined> {
  try {
    const { status, memo, typedSearchAttributes } = await client.workflow.getHandle(threadWorkflowId(thread)).describe();
    const repository = memo?.["repository"];
    const known = statusOf(status.name, typedSearchAttributes.get(searchAttributes.status));
    const arrival = memo?.["arrival"];
    return {
      settled: settledStatuses.includes(known),
      status: known,
      running: status.name === "RUNNING" || status.name === "PAUSED" || status.name === "CONTINUED_AS_NEW",
      arrival: typeof arrival === "number" ? arrival : null,
      memo: memo ?? {},
      turn: typedSearchAttributes.get(searchAttributes.turn) ?? 0,
      repository: typeof repository === "string" ? repository : "",
    };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}
