import { ApplicationFailure } from "@temporalio/common";
import { Context } from "@temporalio/activity";
import type { HostContext } from "./host-context.ts";

/** A verification or judging that was cut short says nothing; the thread has it done again, elsewhere if need be. */
export function refuseHalfDone(host: HostContext): void {
  Context.current().cancellationSignal.throwIfAborted();
  if (host.draining.aborted)
    throw ApplicationFailure.create({ type: "WorkerShutdown", message: "the host drains", nonRetryable: true });
}
