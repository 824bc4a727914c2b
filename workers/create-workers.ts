import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker, type NativeConnection, type WorkerOptions } from "@temporalio/worker";
import { createHostActivities, createPoolActivities } from "../activities/create-activities.ts";
import type { HostContext } from "../activities/host-context.ts";
import { anyPool } from "../domain/placement.ts";
import { hostTaskQueue, poolTaskQueue, workflowTaskQueue } from "../workflows/messages.ts";
import { placeSlotSupplier } from "./place-slot-supplier.ts";
import type { ReservablePlaces } from "./places.ts";

export interface WorkersRequest {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly identity: string;
  readonly drainGraceMs: number;
}

/** Time for running turns to stop their agent and checkpoint when the host drains, after its grace. */
const drainMs = 60_000;
const forcedMs = 90_000;
const cachedWorkflows = 300;
/** How long tasks wait for the Worker that has the Workflow cached; a dead one costs its threads this much. */
const stickyTime = "5s";
/** Out of reach: places bound what works here, and holds that took all slots would keep their threads from working for ever. */
const hostSlots = 100_000;

/** Decides for threads; needs nothing of the machine that it runs on. */
export function createWorkflowWorker(request: WorkersRequest): Promise<Worker> {
  return Worker.create({
    ...sharedOptions(request),
    taskQueue: workflowTaskQueue,
    ...workflowSource(),
    maxCachedWorkflows: cachedWorkflows,
    stickyQueueScheduleToStartTimeout: stickyTime,
  });
}

/** One Worker for each pool whose label the host carries, and one for the host's own Task Queue. */
export function createHostWorkers(
  request: WorkersRequest,
  { host, places }: { host: HostContext; places: ReservablePlaces },
): Promise<Worker[]> {
  const shared = sharedOptions(request);
  const pools = [anyPool, ...host.labels].map((label) => {
    const taskQueue = poolTaskQueue(label);
    return Worker.create({
      ...shared,
      taskQueue,
      activities: { ...createPoolActivities(host) },
      ...placeTuner(places, taskQueue),
    });
  });
  const own = Worker.create({
    ...shared,
    taskQueue: hostTaskQueue(host.host),
    activities: { ...createHostActivities(host) },
    maxConcurrentActivityTaskExecutions: hostSlots,
  });
  return Promise.all([...pools, own]);
}

function sharedOptions({ connection, namespace, identity, drainGraceMs }: WorkersRequest) {
  return {
    connection,
    namespace,
    identity,
    shutdownGraceTime: drainGraceMs + drainMs,
    shutdownForceTime: drainGraceMs + forcedMs,
    // A cancellation reaches an Activity with a heartbeat, so heartbeats are not held back for long.
    maxHeartbeatThrottleInterval: "1s",
    defaultHeartbeatThrottleInterval: "1s",
  } satisfies Partial<WorkerOptions>;
}

/** The bundle made at build time; without a build, the sources. */
function workflowSource(): Pick<WorkerOptions, "workflowBundle" | "workflowsPath"> {
  const bundle = fileURLToPath(new URL("../workflow-bundle.js", import.meta.url));
  if (existsSync(bundle)) return { workflowBundle: { codePath: bundle } };
  return { workflowsPath: fileURLToPath(new URL("../workflows/index.ts", import.meta.url)) };
}

function placeTuner(places: ReservablePlaces, queue: string): Pick<WorkerOptions, "tuner" | "activityTaskPollerBehavior"> {
  const fixed = { type: "fixed-size", numSlots: 1 } as const;
  return {
    // Every poll that is open when the host is lost takes one more claim with it. SDK 1.24 ignores `maxConcurrentActivityTaskPolls`.
    activityTaskPollerBehavior: { type: "simple-maximum", maximum: 1 },
    tuner: {
      activityTaskSlotSupplier: placeSlotSupplier(places, queue),
      workflowTaskSlotSupplier: fixed,
      localActivityTaskSlotSupplier: fixed,
      nexusTaskSlotSupplier: fixed,
    },
  };
}
