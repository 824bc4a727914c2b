import { WorkflowNotFoundError, type Client } from "@temporalio/client";
import type { Logger } from "../config/logger.ts";
import { reapProcesses } from "../process/reap.ts";
import { hostMarkers } from "../activities/thread-markers.ts";
import { searchAttributes } from "../workflows/search-attributes.ts";
import { heldSignal, hostRestartedSignal, threadWorkflowId } from "../workflows/messages.ts";

/** Tells a thread that it has its place. */
export function signalHeld(client: Client, me: { host: string; incarnation: string }) {
  return async ({ thread, epoch }: { thread: string; epoch: number }): Promise<void> => {
    await client.workflow.getHandle(threadWorkflowId(thread)).signal(heldSignal, { ...me, epoch });
  };
}

/**
 * After a crash: ends what the earlier process left running, and tells the threads that were here, so that they need not
 * wait for a heartbeat to time out.
 */
export async function recover(
  client: Client,
  { folder, ...me }: { host: string; incarnation: string; folder: string },
  logger: Logger,
): Promise<void> {
  for (const { pid, command } of await reapProcesses(hostMarkers({ host: me.host, folder })))
    logger.warn({ pid, command }, "ended an orphan");
  try {
    const open = client.workflow.list({ query: `${searchAttributes.host.name} = '${me.host}' AND ExecutionStatus = 'Running'` });
    for await (const { workflowId } of open)
      await tellRestarted(client, me, workflowId).catch((error: unknown) => {
        if (!(error instanceof WorkflowNotFoundError))
          logger.warn({ workflowId, error: String(error) }, "a thread could not be told of the restart");
      });
  } catch (error) {
    logger.warn({ error: String(error) }, "Temporal does not say which threads were here; they wait for a heartbeat to time out");
  }
}

async function tellRestarted(client: Client, me: { host: string; incarnation: string }, workflowId: string): Promise<void> {
  // The dead process was the Workflow's sticky Worker: the server would keep offering it tasks for seconds.
  await client.workflowService.resetStickyTaskQueue({ namespace: client.options.namespace, execution: { workflowId } });
  await client.workflow.getHandle(workflowId).signal(hostRestartedSignal, me);
}
