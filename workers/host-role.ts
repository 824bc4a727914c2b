import type { Client } from "@temporalio/client";
import type { Worker } from "@temporalio/worker";
import { createAgentGate } from "../activities/agents/agent-gate.ts";
import { createBusyThreads } from "../activities/busy-threads.ts";
import type { HostContext } from "../activities/host-context.ts";
import { transcriptsSent } from "../activities/transcript-writer.ts";
import type { HostSettings } from "../config/host-settings.ts";
import { hubConnectionOf, type HubConnection } from "../config/hub-settings.ts";
import type { Logger } from "../config/logger.ts";
import type { Environment } from "../config/environment.ts";
import { timingOf } from "../config/timing.ts";
import { BatonFailure } from "../domain/failure.ts";
import { connectHub } from "../hub/hub-client.ts";
import { agentRequests } from "./agent-requests.ts";
import { keepAnnouncing } from "./announce.ts";
import { whenReachable } from "./connect.ts";
import { createHostWorkers, type WorkersRequest } from "./create-workers.ts";
import { describeHost } from "./describe-host.ts";
import type { Drain } from "./drain.ts";
import { recover, signalHeld } from "./holds.ts";
import { createPlaces } from "./places.ts";
import { refuseTwin } from "./refuse-twin.ts";
import { keepSettlingEnded } from "./settle-ended.ts";
import { keepSweeping } from "./sweep-folders.ts";

interface RoleRequest {
  readonly env: Environment;
  readonly folder: string;
  readonly logger: Logger;
  readonly settings: HostSettings;
  readonly me: { readonly host: string; readonly incarnation: string };
  readonly drain: Drain;
  readonly client: Client;
  readonly request: WorkersRequest;
}

interface HostRolePlayed {
  readonly workers: readonly Worker[];
  /** Takes leave of the hub, within two seconds. */
  leave(): Promise<void>;
}

const farewellMs = 2_000;

/** Makes this process the host that runs Activities: its places, its Workers, and its presence in the hub. */
export async function takeHostRole(role: RoleRequest): Promise<HostRolePlayed> {
  const { env, folder, logger, settings, me, drain, client, request } = role;
  const hub = connectHub(hubOf(env));
  const places = createPlaces(settings.places);
  const host: HostContext = {
    ...me,
    folder,
    hub,
    logger,
    env,
    places,
    agents: createAgentGate({ ...timingOf(env), limits: settings.agentLimits }),
    checkpointMs: settings.checkpointMs,
    labels: settings.labels,
    busy: createBusyThreads(),
    leaving: drain.leaving,
    draining: drain.draining,
    ending: drain.ending,
    temporalReachable: (signal) => whenReachable(request.connection, AbortSignal.any([signal, drain.draining])),
    signalHeld: signalHeld(client, me),
    agentRequests: agentRequests(client),
  };
  const startedAt = new Date().toISOString();
  await refuseTwin({ hub, host: me.host, folder, startedAt });
  await recover(client, { ...me, folder }, logger);
  const workers = await createHostWorkers(request, { host, places });
  const presence = announce(host, startedAt);
  const settling = keepSettlingEnded({ client, hub, logger });
  const sweeping = keepSweeping({ client, folder, logger });
  return {
    workers,
    async leave() {
      settling.stop();
      sweeping.stop();
      await presence.end();
      await transcriptsSent();
      hub.close();
    },
  };
}

function announce(host: HostContext, startedAt: string): { end(): Promise<void> } {
  const { hub, logger } = host;
  const description = describeHost(host, startedAt);
  const announcements = keepAnnouncing({ hub, logger, describe: description.now, after: description.known });
  host.leaving.addEventListener("abort", () => void announcements.now(), { once: true });
  return {
    async end() {
      description.stop();
      announcements.stop();
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, farewellMs)));
      await Promise.race([announcements.now({ ended: true }), late]);
      clearTimeout(timer);
    },
  };
}

/** The hub that the environment names. Throws Settings when it names none. */
export function hubOf(env: Environment): HubConnection {
  const connection = hubConnectionOf(env);
  if (connection !== undefined) return connection;
  throw new BatonFailure("Settings", "no hub is named", {
    where: "BATON_HUB_ADDRESS",
    next: "give --hub host:port, or set BATON_HUB_ADDRESS; on one machine alone, baton up starts everything",
  });
}
