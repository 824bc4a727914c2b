import { setTimeout as delay } from "node:timers/promises";
import { Context } from "@temporalio/activity";
import { ApplicationFailure } from "@temporalio/common";
import type { HostContext, Occupied, PlaceClaim } from "./host-context.ts";
import type { HoldInput, PoolActivities } from "./thread-activities.ts";
import { heartbeatWhile } from "./heartbeat.ts";

/** Lets the result of a thread's last work here reach the Workflow before the end of its hold does. */
const resultFirstMs = 250;
/** A thread that asks for this very host does not wait behind those that any host would suit. */
const namedBeyond = 1;
/** A claim waits here for a place, for shorter than its heartbeats are waited for; then Temporal asks again. */
const mostWaitMs = 10_000;
const fullAgainMs = 100;
const leavingAgainMs = 500;
const labelsAgainMs = { first: 250, most: 5_000 };

/** Occupies a place until it is released, the host drains, or the claim is gone. A host that refuses is asked again by Temporal. */
export async function holdHost(host: HostContext, claim: HoldInput): ReturnType<PoolActivities["holdHost"]> {
  const { info, cancellationSignal } = Context.current();
  const { thread, epoch } = claim;
  const queue = info.taskQueue.startsWith("pool.") ? info.taskQueue : null;
  const beyond = claim.keep === true ? Number.POSITIVE_INFINITY : queue === null ? namedBeyond : 0;
  const refusal = refusalOf(host, claim, info.attempt);
  if (refusal !== null) {
    if (queue !== null) host.places.unreserve(queue);
    throw refusal;
  }
  const place = await occupyInTime(host, { thread, epoch, queue, beyond });
  if (place === null) throw noPlace("every place is taken, or one by a newer claim of the thread", fullAgainMs);
  const { ended: occupied } = place;
  // The host's own signals outlive the hold: what listens to them must not pile up, one for each thread that was ever here.
  const over = new AbortController();
  try {
    await host.signalHeld({ thread, epoch });
    return await heartbeatWhile(async () => {
      const left = whenLeft(host, thread, over.signal);
      const ended = await Promise.race([occupied, whenAborted(cancellationSignal, over.signal), left]);
      return { ended: ended ?? "released" };
    });
  } catch (error) {
    // A place that was held and is lost is the Workflow's to know, not Temporal's to ask for again.
    throw ApplicationFailure.fromError(error, { nonRetryable: true });
  } finally {
    over.abort();
    // After continue-as-new a newer Activity holds the same place: only the last one may free it.
    const superseded = await Promise.race([occupied, Promise.resolve(null)]);
    if (superseded !== "superseded") host.places.release({ thread, epoch });
  }
}

/** A host that was named is waited for where it is. Who asks for one of a pool, or only once, is better told at once. */
async function occupyInTime(host: HostContext, claim: PlaceClaim): Promise<Occupied | null> {
  const { retryPolicy, heartbeatTimeoutMs = 0 } = Context.current().info;
  const place = host.places.occupy(claim);
  if (place !== null || claim.queue !== null || retryPolicy?.maximumAttempts === 1) return place;
  const enough = new AbortController();
  const timer = setTimeout(() => enough.abort(), Math.min(mostWaitMs, heartbeatTimeoutMs / 3));
  void whenAborted(host.leaving, enough.signal).then(() => enough.abort());
  try {
    return await host.places.occupyWhenFree(claim, enough.signal);
  } finally {
    clearTimeout(timer);
    enough.abort();
  }
}

function refusalOf(host: HostContext, { labels = [] }: HoldInput, attempt: number): ApplicationFailure | null {
  if (host.leaving.aborted) return noPlace("the host takes no more threads", leavingAgainMs);
  const missing = labels.filter((label) => !host.labels.includes(label));
  if (missing.length === 0) return null;
  const againMs = Math.min(labelsAgainMs.most, labelsAgainMs.first * 2 ** Math.min(attempt - 1, 10));
  return noPlace(`the host has no label ${missing.join(", ")}`, againMs);
}

function noPlace(message: string, againMs: number): ApplicationFailure {
  return ApplicationFailure.create({ type: "NoPlace", message, nextRetryDelay: againMs });
}

/** Only when nothing runs for the thread any more, because the next holder refuses whatever comes later. */
async function whenLeft(host: HostContext, thread: string, over: AbortSignal): Promise<"shutdown"> {
  await whenAborted(host.leaving, over);
  await host.busy.idle(thread);
  await delay(resultFirstMs);
  return "shutdown";
}

/** Never, once `over` is aborted. */
function whenAborted(signal: AbortSignal, over: AbortSignal): Promise<null> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(null);
    else signal.addEventListener("abort", () => resolve(null), { once: true, signal: over });
  });
}
