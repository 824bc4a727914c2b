import { WorkflowNotFoundError, type Client } from "@temporalio/client";
import { defaultPayloadConverter } from "@temporalio/common";
import { settledStatuses, type ThreadStatus } from "../../domain/thread-view.ts";
import { threadWorkflowId } from "../../workflows/messages.ts";
import { statusOf } from "./list-threads.ts";
import { searchAttributes } from "../../workflows/search-attributes.ts";

/** What Temporal knows of a thread without asking its Workflow. */
export interface ThreadDescription {
  readonly settled: boolean;
  readonly turn: number;
  /** What its Activity on a host waits for, as the host tells with its heartbeats. */
  readonly waitsFor?: string;
  /** Id under which the hub keeps the thread's repository; empty for a thread that Baton's CLI did not start. */
  readonly repository: string;
  readonly running: boolean;
  readonly status: ThreadStatus;
  /** Epoch under which it came from another Temporal Service; null: it began here. */
  readonly arrival: number | null;
  /** Epoch of a departure to here that was called off: it arrives no more; null: there is none. */
  readonly calledOff: number | null;
  readonly runId: string;
  readonly memo: Readonly<Record<string, unknown>>;
}

/** Undefined when Temporal knows no such thread, or none any more. */
export async function describeThread(client: Client, thread: string): Promise<ThreadDescription | undefined> {
  try {
    const { status, memo, runId, typedSearchAttributes, raw } = await client.workflow
      .getHandle(threadWorkflowId(thread))
      .describe();
    const told = raw.pendingActivities?.flatMap(({ heartbeatDetails }) => heartbeatDetails?.payloads ?? []) ?? [];
    const waitsFor = told.map((payload) => defaultPayloadConverter.fromPayload(payload)).find((text) => typeof text === "string");
    const repository = memo?.["repository"];
    const known = statusOf(status.name, typedSearchAttributes.get(searchAttributes.status));
    return {
      settled: settledStatuses.includes(known),
      status: known,
      running: status.name === "RUNNING" || status.name === "PAUSED" || status.name === "CONTINUED_AS_NEW",
      arrival: epochIn(memo, "arrival"),
      calledOff: epochIn(memo, "calledOff"),
      runId,
      memo: memo ?? {},
      ...(waitsFor === undefined ? {} : { waitsFor }),
      turn: typedSearchAttributes.get(searchAttributes.turn) ?? 0,
      repository: typeof repository === "string" ? repository : "",
    };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

function epochIn(memo: Readonly<Record<string, unknown>> | undefined, key: string): number | null {
  const epoch = memo?.[key];
  return typeof epoch === "number" ? epoch : null;
}
