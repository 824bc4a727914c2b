import { Context } from "@temporalio/activity";
import type { HostContext } from "./host-context.ts";
import type { Claim, PoolActivities } from "./thread-activities.ts";
import { heartbeatWhile } from "./heartbeat.ts";

/** Occupies a place until it is released, the host drains, or the claim is gone. */
export async function holdHost(host: HostContext, claim: Claim): ReturnType<PoolActivities["holdHost"]> {
  const { info, cancellationSignal } = Context.current();
  const reserved = info.taskQueue.startsWith("pool.");
  const occupied = host.places.occupy({ ...claim, reserved });
  try {
    await host.signalHeld(claim);
    return await heartbeatWhile(async () => {
      const ended = await Promise.race([occupied, whenAborted(cancellationSignal), whenAborted(host.draining)]);
      return { ended: ended ?? (host.draining.aborted ? "shutdown" : "released") };
    });
  } finally {
    // After continue-as-new a newer Activity holds the same place: only the last one may free it.
    const superseded = await Promise.race([occupied, Promise.resolve(null)]);
    if (superseded !== "superseded") host.places.release(claim);
  }
}

function whenAborted(signal: AbortSignal): Promise<null> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(null);
    else signal.addEventListener("abort", () => resolve(null), { once: true });
  });
}
