import type { Client } from "@temporalio/client";
import type { temporal } from "@temporalio/proto";
import { settledStatuses, type ThreadStatus } from "../../domain/thread-view.ts";
import { threadOfWorkflow, threadWorkflowId, threadWorkflowType } from "../../workflows/messages.ts";
import { searchAttributes } from "../../workflows/search-attributes.ts";

/** A thread as Temporal's visibility store knows it: one line of `baton ls`. */
export interface ThreadSummary {
  readonly id: string;
  readonly status: ThreadStatus;
  readonly title: string;
  readonly repository: string;
  readonly agent: string;
  readonly host: string;
  readonly owner: string;
  readonly turn: number;
  readonly usd: number | null;
  /** Of a subagent: the thread at the top of its tree. */
  readonly root: string | null;
  /** ISO 8601. */
  readonly openedAt: string;
  readonly settledAt: string | null;
}

export interface ListOptions {
  readonly all: boolean;
  /** Whether subagents are listed that ask nothing. */
  readonly subagents?: boolean;
}

const dayMs = 86_400_000;

/** Newest first. Open threads and those settled within a day, or all that Temporal still keeps. */
export async function listThreads(client: Client, { all, subagents = false }: ListOptions): Promise<ThreadSummary[]> {
  // The rows of a thread that continued as new are pages of one thread, not threads.
  const closed = "ExecutionStatus != 'ContinuedAsNew'";
  const since = new Date(Date.now() - dayMs).toISOString();
  const scope = all ? closed : `(ExecutionStatus = 'Running' OR (${closed} AND CloseTime > '${since}'))`;
  // Of hundreds of subagents only those matter in a list that wait for a person.
  const own = `(${searchAttributes.root.name} IS NULL OR ${searchAttributes.status.name} = 'waiting')`;
  return await queryThreads(client, `WorkflowType = '${threadWorkflowType}' AND ${scope}${subagents ? "" : ` AND ${own}`}`);
}

/** Every subagent of a tree that Temporal still keeps. */
export async function listTree(client: Client, root: string): Promise<ThreadSummary[]> {
  const query = `${searchAttributes.root.name} = '${root}' AND ExecutionStatus != 'ContinuedAsNew'`;
  return await queryThreads(client, `WorkflowType = '${threadWorkflowType}' AND ${query}`);
}

/** Threads whose id starts with a prefix of letters, digits and dashes. */
export async function threadsStartingWith(client: Client, prefix: string): Promise<ThreadSummary[]> {
  const query = `WorkflowId STARTS_WITH '${threadWorkflowId(prefix)}' AND ExecutionStatus != 'ContinuedAsNew'`;
  return await queryThreads(client, query);
}

const pageSize = 1000;

/** Rows as the server sends them: the client's own decoding takes several times as long for a thousand. */
async function queryThreads(client: Client, query: string): Promise<ThreadSummary[]> {
  const threads: ThreadSummary[] = [];
  let nextPageToken: Uint8Array | undefined;
  do {
    const page = await client.workflowService.listWorkflowExecutions({
      namespace: client.options.namespace,
      query,
      pageSize,
      ...(nextPageToken === undefined ? {} : { nextPageToken }),
    });
    threads.push(...page.executions.map(summaryOf));
    nextPageToken = page.nextPageToken.length > 0 ? page.nextPageToken : undefined;
  } while (nextPageToken !== undefined);
  return threads.sort((a, b) => b.openedAt.localeCompare(a.openedAt));
}

type Execution = temporal.api.workflow.v1.IWorkflowExecutionInfo;

function summaryOf(execution: Execution): ThreadSummary {
  const { memo } = execution;
  const attribute = ({ name }: { readonly name: string }) => valueOf(execution.searchAttributes?.indexedFields?.[name]);
  const cost = attribute(searchAttributes.cost);
  return {
    id: threadOfWorkflow(execution.execution?.workflowId ?? ""),
    status: statusOf(statusName(execution.status), textOf(attribute(searchAttributes.status)) || undefined),
    title: textOf(valueOf(memo?.fields?.["title"])),
    repository: textOf(attribute(searchAttributes.repository)),
    agent: textOf(attribute(searchAttributes.agent)),
    host: textOf(attribute(searchAttributes.host)),
    owner: textOf(attribute(searchAttributes.owner)),
    turn: Number(attribute(searchAttributes.turn) ?? 0),
    root: textOf(attribute(searchAttributes.root)) || null,
    usd: typeof cost === "number" && cost !== 0 ? cost : null,
    openedAt: textOf(valueOf(memo?.fields?.["openedAt"])) || (timeOf(execution.startTime) ?? ""),
    settledAt: timeOf(execution.closeTime),
  };
}

/** Search attributes and Baton's memo are JSON. */
function valueOf(payload: temporal.api.common.v1.IPayload | null | undefined): unknown {
  if (!payload?.data || payload.data.length === 0) return undefined;
  try {
    return JSON.parse(Buffer.from(payload.data).toString());
  } catch {
    return undefined;
  }
}

function timeOf(time: { readonly seconds?: unknown; readonly nanos?: number | null } | null | undefined): string | null {
  if (!time) return null;
  return new Date(Number(time.seconds ?? 0) * 1000 + Math.floor((time.nanos ?? 0) / 1e6)).toISOString();
}

/** `RUNNING` for 1, as the client's descriptions name it. */
function statusName(status: number | null | undefined): string {
  return (
    ["", "RUNNING", "COMPLETED", "FAILED", "CANCELLED", "TERMINATED", "CONTINUED_AS_NEW", "TIMED_OUT", "PAUSED"][status ?? 0] ??
    ""
  );
}

/** A Workflow that somebody ended in Temporal itself never wrote how it settled. */
export function statusOf(execution: string, attribute: string | undefined): ThreadStatus {
  const status = (attribute ?? "running") as ThreadStatus;
  if (execution === "RUNNING" || execution === "PAUSED" || settledStatuses.includes(status)) return status;
  return execution === "TERMINATED" || execution === "CANCELLED" ? "stopped" : "failed";
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
