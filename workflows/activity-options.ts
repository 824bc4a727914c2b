import { ActivityCancellationType, type ActivityOptions } from "@temporalio/workflow";
import { poolOf, type Placement } from "../domain/placement.ts";
import type { ThreadTiming } from "../domain/thread-start.ts";
import { hostTaskQueue, poolTaskQueue } from "./messages.ts";

/**
 * Set beside a turn's own limit: the agent may wait for others of its kind or for its provider, a checkpoint for the hub. A
 * host that dies is known by its heartbeats.
 */
const graceMs = 7 * 24 * 3_600_000;
const longest = "365 days";
/** Every attempt is the Workflow's own decision and visible in its history: Temporal never retries by itself. */
const once = { maximumAttempts: 1 };

/** Delivering again is harmless, and a host that crashed meanwhile is back in seconds. */
const deliveryAttempts = 5;

/** A host that refuses leaves no trace in the history; once a place is held, its end is the Workflow's to judge. */
const untilPlace = { nonRetryableErrorTypes: ["TemporalTimeout:Heartbeat", "TemporalTimeout:StartToClose"] };

/** For a place on the named host, or on any host of the pool. */
export function holdOptions(
  placement: Placement | undefined,
  { timing, summary }: { timing: ThreadTiming; summary: string },
): ActivityOptions {
  return {
    taskQueue: placement?.host === undefined ? poolTaskQueue(poolOf(placement)) : hostTaskQueue(placement.host),
    startToCloseTimeout: longest,
    heartbeatTimeout: timing.heartbeatTimeoutMs,
    ...(placement?.preferred === true ? { scheduleToStartTimeout: timing.heartbeatTimeoutMs } : {}),
    cancellationType: ActivityCancellationType.TRY_CANCEL,
    retry: untilPlace,
    summary,
  };
}

/** For a place on a host that is known to be there: the same place again after continue-as-new, or a handoff's target. */
export function hostHoldOptions(host: string, timing: ThreadTiming, summary: string): ActivityOptions {
  return {
    ...holdOptions({ labels: [], host }, { timing, summary }),
    scheduleToStartTimeout: timing.heartbeatTimeoutMs,
    retry: once,
  };
}

export function hostOptions(
  host: string,
  timing: ThreadTiming,
  call: { readonly workMs: number; readonly summary: string },
): ActivityOptions {
  return {
    taskQueue: hostTaskQueue(host),
    startToCloseTimeout: call.workMs + graceMs,
    heartbeatTimeout: timing.heartbeatTimeoutMs,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: once,
    summary: call.summary,
  };
}

/** Giving a place back must not hang on a host that is gone: its heartbeat timeout frees the place as well. */
export function releaseOptions(host: string): ActivityOptions {
  return {
    taskQueue: hostTaskQueue(host),
    scheduleToStartTimeout: "5s",
    startToCloseTimeout: "30s",
    retry: once,
    summary: "give the place back",
  };
}

/** Delivery happens where the user's repository is, so it may wait for that machine to come back, and goes on after a crash. */
export function deliveryOptions(
  home: string,
  timing: ThreadTiming,
  call: { patience: string; summary: string },
): ActivityOptions {
  return {
    taskQueue: hostTaskQueue(home),
    scheduleToStartTimeout: call.patience,
    startToCloseTimeout: "30 minutes",
    heartbeatTimeout: timing.heartbeatTimeoutMs,
    retry: { maximumAttempts: deliveryAttempts },
    summary: call.summary,
  };
}
