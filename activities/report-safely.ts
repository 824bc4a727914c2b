import { Context } from "@temporalio/activity";
import { heartbeatWhile } from "./heartbeat.ts";
import type { HostContext } from "./host-context.ts";

/**
 * Heartbeats while an Activity works, and holds its result back while the Temporal Service is away: Core drops a result
 * that cannot be reported for about ten seconds, and the work would be done twice.
 */
export function reportSafely<T>(host: HostContext, work: () => Promise<T>): Promise<T> {
  return heartbeatWhile(async () => {
    try {
      return await work();
    } finally {
      await host.temporalReachable(Context.current().cancellationSignal);
    }
  });
}
