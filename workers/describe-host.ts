import { loadavg } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import type { HostContext } from "../activities/host-context.ts";
import { ownVersion } from "../config/version.ts";
import type { HostAgent, HostRecord } from "../hub/hub.ts";
import { installedAgents } from "./probe-agents.ts";

const probeEveryMs = 10 * 60_000;
const firstProbeMs = 10_000;

export interface HostDescription {
  /** Resolves when the agents are known, or have been looked for long enough. */
  readonly known: Promise<void>;
  readonly now: () => HostRecord;
  readonly stop: () => void;
}

/** What the host says about itself. Agents are looked up now and every 10 minutes. */
export function describeHost(host: HostContext, startedAt: string): HostDescription {
  const version = ownVersion();
  let agents: readonly HostAgent[] = [];
  const probe = async () => {
    agents = await installedAgents(host.env);
  };
  const known = Promise.race([probe(), delay(firstProbeMs, undefined, { ref: false })]);
  const timer = setInterval(() => void probe(), probeEveryMs);
  return {
    known,
    now: () => ({
      id: host.host,
      name: host.host,
      labels: host.labels,
      places: { total: host.places.total, taken: host.places.taken },
      load1: loadavg()[0] ?? 0,
      agents,
      platform: `${process.platform}-${process.arch}`,
      version,
      startedAt,
      draining: host.leaving.aborted,
    }),
    stop: () => clearInterval(timer),
  };
}
