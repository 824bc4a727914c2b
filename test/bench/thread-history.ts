import type { Client } from "@temporalio/client";
import type { temporal } from "@temporalio/proto";

export type Event = temporal.api.history.v1.IHistoryEvent;
export type History = temporal.api.history.v1.IHistory;

/** The histories of a Workflow, first run first. */
export async function readRuns(client: Client, workflowId: string): Promise<History[]> {
  const runs: History[] = [];
  let runId: string | undefined;
  do {
    const run = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    runs.unshift(run);
    runId = run.events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId ?? undefined;
  } while (runId !== undefined && runId !== "");
  return runs;
}

/** Milliseconds since 1970. */
export function timeOf({ eventTime }: Event): number {
  return Number(eventTime?.seconds ?? 0) * 1000 + (eventTime?.nanos ?? 0) / 1e6;
}

export interface ActivityTimes {
  readonly name: string;
  readonly scheduledAt: number;
  readonly startedAt: number;
  /** NaN when it did not complete. */
  readonly completedAt: number;
}

/** The Activities of one history in the order in which they were scheduled. */
export function activityTimes({ events }: History): ActivityTimes[] {
  const all = events ?? [];
  return all.flatMap((event): ActivityTimes[] => {
    const name = event.activityTaskScheduledEventAttributes?.activityType?.name;
    if (name === undefined || name === null) return [];
    const ofThis = (id: Event["eventId"]) => Number(id ?? -1) === Number(event.eventId);
    const started = all.find((each) => ofThis(each.activityTaskStartedEventAttributes?.scheduledEventId));
    const completed = all.find((each) => ofThis(each.activityTaskCompletedEventAttributes?.scheduledEventId));
    const at = (found: Event | undefined) => (found === undefined ? Number.NaN : timeOf(found));
    return [{ name, scheduledAt: timeOf(event), startedAt: at(started), completedAt: at(completed) }];
  });
}
