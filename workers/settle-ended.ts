import type { Client } from "@temporalio/client";
import type { Logger } from "../config/logger.ts";
import type { HubClient } from "../hub/hub-client.ts";
import { threadOfWorkflow, threadWorkflowType } from "../workflows/messages.ts";

const everyMs = 3_600_000;
/** Long enough for hosts that were off over a holiday; Temporal forgets Workflows some day anyway. */
const lookBackMs = 14 * 86_400_000;
/** Beyond every claim: a Workflow that is closed holds none, and settling does not fence anybody off. */
const anyEpoch = 2 ** 32 - 1;

/**
 * Workflows that somebody terminated in Temporal itself cannot tell the hub that their threads are over. Says so in their
 * place, now and every hour, so that what they left is collected some day like everybody's.
 */
export function keepSettlingEnded(parts: { client: Client; hub: HubClient; logger: Logger }): { stop(): void } {
  const look = () =>
    settleEnded(parts).catch((error: unknown) =>
      parts.logger.warn({ error: String(error) }, "ended threads could not be settled"),
    );
  void look();
  const timer = setInterval(() => void look(), everyMs);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}

async function settleEnded({ client, hub, logger }: { client: Client; hub: HubClient; logger: Logger }): Promise<void> {
  const since = new Date(Date.now() - lookBackMs).toISOString();
  const dead = ["Terminated", "Canceled", "Failed", "TimedOut"].map((status) => `'${status}'`).join(", ");
  const query = `WorkflowType = '${threadWorkflowType}' AND ExecutionStatus IN (${dead}) AND CloseTime > '${since}'`;
  for await (const { workflowId, memo } of client.workflow.list({ query })) {
    const repository = memo?.["repository"];
    if (typeof repository !== "string" || repository === "") continue;
    // A reset gave it a newer run, which the list's row says nothing of.
    if ((await client.workflow.getHandle(workflowId).describe()).status.name === "RUNNING") continue;
    const thread = threadOfWorkflow(workflowId);
    await hub.settleThread({ repository, thread, epoch: anyEpoch });
    logger.debug({ thread }, "its Workflow was ended in Temporal; settled in the hub");
  }
}
