import { Client, Connection } from "@temporalio/client";
import type { ServiceFiles } from "../../infra/services/service-files.ts";
import type { ThreadView } from "../../domain/thread-view.ts";
import { threadWorkflowId, viewQuery } from "../../workflows/messages.ts";

const queryMs = 3_000;

export interface WorldClient {
  readonly client: Client;
  /** The answer of the thread's own Query, much cheaper than a CLI process. */
  view(thread: string): Promise<ThreadView>;
  close(): Promise<void>;
}

/** Connects to the Temporal server of a state directory whose services are up. */
export async function connectToWorld(files: ServiceFiles): Promise<WorldClient> {
  const temporal = files.readEndpoints()?.temporal;
  if (temporal === undefined) throw new Error("the world's services are not up");
  const connection = await Connection.connect({ address: temporal.address });
  const client = new Client({ connection, namespace: temporal.namespace });
  return {
    client,
    view: (thread) =>
      client.withDeadline(Date.now() + queryMs, () => client.workflow.getHandle(threadWorkflowId(thread)).query(viewQuery)),
    close: () => connection.close(),
  };
}
