import type { Client, WorkflowExecutionInfo } from "@temporalio/client";
import { settledStatuses, type ThreadStatus } from "../../domain/thread-view.ts";
import { threadWorkflowId, threadWorkflowType } from "../../workflows/messages.ts";
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
  /** ISO 8601. */
  readonly openedAt: string;
  readonly settledAt: string | null;
}

const dayMs = 86_400_000;

/** Newest first. Open threads and those settled within a day, or all that Temporal still keeps. */
export async function listThreads(client: Client, { all }: { readonly all: boolean }): Promise<ThreadSummary[]> {
  // The rows of a thread that continued as new are pages of one thread, not threads.
  const closed = "ExecutionStatus != 'ContinuedAsNew'";
  const since = new Date(Date.now() - dayMs).toISOString();
  const scope = all ? closed : `(ExecutionStatus = 'Running' OR (${closed} AND CloseTime > '${since}'))`;
  return await queryThreads(client, `WorkflowType = '${threadWorkflowType}' AND ${scope}`);
}

/** Threads whose id starts with a prefix of letters, digits and dashes. */
export async function threadsStartingWith(client: Client, prefix: string): Promise<ThreadSummary[]> {
  const query = `WorkflowId STARTS_WITH '${threadWorkflowId(prefix)}' AND ExecutionStatus != 'ContinuedAsNew'`;
  return await queryThreads(client, query);
}

async function queryThreads(client: Client, query: string): Promise<ThreadSummary[]> {
  const threads: ThreadSummary[] = [];
  for await (const execution of client.workflow.list({ query, pageSize: 1000 })) threads.push(summaryOf(execution));
  return threads.sort((a, b) => b.openedAt.localeCompare(a.openedAt));
}

const idPrefix = threadWorkflowId("");

function summaryOf(execution: WorkflowExecutionInfo): ThreadSummary {
  const { memo, typedSearchAttributes: attributes } = execution;
  const cost = attributes.get(searchAttributes.cost);
  return {
    id: execution.workflowId.slice(idPrefix.length),
    status: statusOf(execution.status.name, attributes.get(searchAttributes.status)),
    title: textOf(memo?.["title"]),
    repository: attributes.get(searchAttributes.repository) ?? "",
    agent: attributes.get(searchAttributes.agent) ?? "",
    host: attributes.get(searchAttributes.host) ?? "",
    owner: attributes.get(searchAttributes.owner) ?? "",
    turn: attributes.get(searchAttributes.turn) ?? 0,
    usd: cost === undefined || cost === 0 ? null : cost,
    openedAt: textOf(memo?.["openedAt"]) || execution.startTime.toISOString(),
    settledAt: execution.closeTime?.toISOString() ?? null,
  };
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
