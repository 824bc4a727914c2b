import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Client } from "@temporalio/client";
import { historyToJSON } from "@temporalio/common/lib/proto-utils.js";
import type { temporal } from "@temporalio/proto";
import { DefaultLogger, Runtime, Worker } from "@temporalio/worker";

type History = temporal.api.history.v1.IHistory;

export interface RecordedRun {
  readonly workflowId: string;
  readonly runId: string;
  readonly status: string;
  readonly history: History;
}

const bundle = fileURLToPath(new URL("../../dist/workflow-bundle.js", import.meta.url));

/** What stands in the way of an arrival that was called off is never run, so it neither completes nor replays. */
export const ofThreads = "WorkflowType != 'calledOff'";

/** Histories of every run that the service knows, those that continued as new included. */
export async function fetchRuns(client: Client): Promise<RecordedRun[]> {
  const runs: RecordedRun[] = [];
  for await (const { workflowId, runId, status } of client.workflow.list({ query: ofThreads })) {
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    runs.push({ workflowId, runId, status: status.name, history });
  }
  return runs;
}

/** Names and reasons of the runs that the present Workflow code cannot replay. */
export async function replayFailures(runs: readonly Pick<RecordedRun, "workflowId" | "history">[]): Promise<string[]> {
  installQuietRuntime();
  const failures: string[] = [];
  const histories = runs.map(({ workflowId, history }) => ({ workflowId, history }));
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle: { codePath: bundle } }, histories)) {
    if (error !== undefined) failures.push(`${workflowId}: ${error.message}`);
  }
  return failures;
}

/** Stores histories as proto JSON, a file a run. */
export function recordRuns(folder: string, runs: readonly RecordedRun[]): void {
  mkdirSync(folder, { recursive: true });
  for (const { workflowId, runId, history } of runs) {
    const name = `${workflowId.replaceAll("/", "-")}-${runId.slice(0, 8)}.json`;
    writeFileSync(join(folder, name), historyToJSON(history));
  }
}

let quiet = false;

function installQuietRuntime(): void {
  if (quiet) return;
  quiet = true;
  Runtime.install({ logger: new DefaultLogger("ERROR"), telemetryOptions: { logging: { filter: "ERROR", forward: {} } } });
}
