import { fileURLToPath } from "node:url";
import { DefaultLogger, NativeConnection, Runtime, Worker } from "@temporalio/worker";
import type { BenchWorld } from "./bench-world.ts";

export interface RawTemporal {
  /** Milliseconds per turn. */
  run(turns: number): Promise<number>;
  close(): Promise<void>;
}

const workflowQueue = "bench.workflows";
/** Apart from the Workflow's, as a host's Task Queue is. */
const activityQueue = "bench.activities";

export const noOps = {
  turn: async (input: { readonly turn: number }) => input,
  verify: async (input: { readonly turn: number }) => input,
};

/** As many Activities as a turn has, doing nothing, on the same server with Workers of this process. */
export async function openRawTemporal(world: BenchWorld): Promise<RawTemporal> {
  Runtime.install({ logger: new DefaultLogger("ERROR") });
  const connection = await NativeConnection.connect({ address: world.address });
  const shared = { connection, namespace: world.namespace };
  const workflowsPath = fileURLToPath(new URL("raw-workflow.ts", import.meta.url));
  const workers = await Promise.all([
    Worker.create({ ...shared, taskQueue: workflowQueue, workflowsPath }),
    Worker.create({ ...shared, taskQueue: activityQueue, activities: noOps }),
  ]);
  const running = Promise.all(workers.map((worker) => worker.run()));
  let runs = 0;
  return {
    run: (turns) =>
      world.client.workflow.execute("rawTurns", {
        workflowId: `raw/${(runs += 1)}`,
        taskQueue: workflowQueue,
        args: [{ turns, taskQueue: activityQueue }],
      }),
    async close() {
      for (const worker of workers) worker.shutdown();
      await running;
      await connection.close();
    },
  };
}
