import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker, type NativeConnection, type WorkerOptions } from "@temporalio/worker";
import { createHostActivities, createPoolActivities } from "../activities/create-activities.ts";
import type { HostContext } from "../activities/host-context.ts";
import { hostTaskQueue, poolTaskQueue, workflowTaskQueue } from "../workflows/messages.ts";
import { placeSlotSupplier } from "./place-slot-supplier.ts";
import type { ReservablePlaces } from "./places.ts";

interface WorkersRequest {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly host: HostContext;
  readonly places: ReservablePlaces;
}

/** Time for running turns to stop their agent and checkpoint when the host drains. */
const drainTime = "60s";
const cachedWorkflows = 300;
/** How long tasks wait for the Worker that has the Workflow cached; a dead one costs its threads this much. */
const stickyTime = "5s";
const hostSlots = 200;

/** The Workflow Worker, one Worker for the pool's places and one for the host's own Task Queue. */
export async function createWorkers({ connection, namespace, host, places }: WorkersRequest): Promise<Worker[]> {
  const shared = {
    connection,
    namespace,
    identity: `${host.host}/${process.pid}`,
    shutdownGraceTime: drainTime,
    shutdownForceTime: "90s",
    // A cancellation reaches an Activity with a heartbeat, so heartbeats are not held back for long.
    maxHeartbeatThrottleInterval: "1s",
    defaultHeartbeatThrottleInterval: "1s",
  } satisfies WorkerOptions | object;
  return Promise.all([
    Worker.create({
      ...shared,
      taskQueue: workflowTaskQueue,
      ...workflowSource(),
      maxCachedWorkflows: cachedWorkflows,
      stickyQueueScheduleToStartTimeout: stickyTime,
    }),
    Worker.create({
      ...shared,
      taskQueue: poolTaskQueue("default"),
      activities: { ...createPoolActivities(host) },
      ...placeTuner(places),
    }),
    Worker.create({
      ...shared,
      taskQueue: hostTaskQueue(host.host),
      activities: { ...createHostActivities(host) },
      maxConcurrentActivityTaskExecutions: hostSlots,
    }),
  ]);
}

/** The bundle made at build time; without a build, the sources. */
function workflowSource(): Pick<WorkerOptions, "workflowBundle" | "workflowsPath"> {
  const bundle = fileURLToPath(new URL("../workflow-bundle.js", import.meta.url));
  if (existsSync(bundle)) return { workflowBundle: { codePath: bundle } };
  return { workflowsPath: fileURLToPath(new URL("../workflows/index.ts", import.meta.url)) };
}

function placeTuner(places: ReservablePlaces): Pick<WorkerOptions, "tuner" | "maxConcurrentActivityTaskPolls"> {
  const fixed = { type: "fixed-size", numSlots: 1 } as const;
  return {
    maxConcurrentActivityTaskPolls: 1,
    tuner: {
      activityTaskSlotSupplier: placeSlotSupplier(places),
      workflowTaskSlotSupplier: fixed,
      localActivityTaskSlotSupplier: fixed,
      nexusTaskSlotSupplier: fixed,
    },
  };
}
