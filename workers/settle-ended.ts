import type { Client } from "@temporalio/client";
import type { Logger } from "../config/logger.ts";
import type { HubClient } from "../hub/hub-client.ts";
import { threadOfWorkflow, threadWorkflowType } from "../workflows/messages.ts";

const everyMs = 3_600_000;
/** Long enough for hosts that were off over a holiday; Temporal forgets Workflows some day anyway. */
const lookBackMs = 14 * 86_400_000;
/** Beyond every claim: a Workflow that is closed holds none, and settling does not fence anybody off. */
const anyEpoch = 2 ** 32 - 1;
/** Lists of Workflows lag behind what they list. */
const overlapMs = 600_000;
const ended = ["Completed", "Terminated", "Canceled", "Failed", "TimedOut"];

interface Parts {
  readonly client: Client;
  readonly hub: HubClient;
  readonly logger: Logger;
}

/**
 * Not every thread can tell the hub that it is over: somebody terminated its Workflow in Temporal itself, or it had no place
 * any more. Says so in their place, now and every hour, so that what they left is collected some day like everybody's.
 */
export function keepSettlingEnded(parts: Parts): { stop(): void } {
  let since = Date.now() - lookBackMs;
  const look = async () => {
    const now = Date.now();
    try {
      await settleEnded(parts, since);
      since = now - overlapMs;
    } catch (error) {
      parts.logger.warn({ error: String(error) }, "ended threads could not be settled");
    }
  };
  void look();
  const timer = setInterval(() => void look(), everyMs);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}

async function settleEnded({ client, hub, logger }: Parts, since: number): Promise<void> {
  const threads = (rest: string) => client.workflow.list({ query: `WorkflowType = '${threadWorkflowType}' AND ${rest}` });
  // A thread that came back, or whose Workflow was reset, has a run that the row of its ended one says nothing of.
  const running = new Set<string>();
  for await (const { workflowId } of threads("ExecutionStatus = 'Running'")) running.add(workflowId);
  const statuses = ended.map((status) => `'${status}'`).join(", ");
  for await (const { workflowId, memo } of threads(
    `ExecutionStatus IN (${statuses}) AND CloseTime > '${new Date(since).toISOString()}'`,
  )) {
    const repository = memo?.["repository"];
    if (typeof repository !== "string" || repository === "" || running.has(workflowId)) continue;
    const thread = threadOfWorkflow(workflowId);
    await hub.settleThread({ repository, thread, epoch: anyEpoch });
    logger.debug({ thread }, "its Workflow has ended; settled in the hub");
  }
}
