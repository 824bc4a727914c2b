import { setTimeout as delay } from "node:timers/promises";
import type { KnownHost } from "../../hub/hub.ts";
import type { Services } from "../context.ts";

/** A host that was just started looks for its agents first. */
const announcedMs = 15_000;
const pollMs = 250;

/** The hosts that the hub knows; this machine's own, which may just have been started, is waited for. */
export async function hostsWithOwn({ hub, endpoints }: Pick<Services, "hub" | "endpoints">): Promise<readonly KnownHost[]> {
  const client = await hub();
  for (const deadline = performance.now() + announcedMs; ; await delay(pollMs)) {
    const { hosts } = await client.listHosts();
    if (hosts.some(({ id, alive }) => id === endpoints.host.id && alive) || performance.now() > deadline) return hosts;
  }
}
