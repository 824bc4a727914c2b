import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { BatonFailure } from "../domain/failure.ts";
import type { HubClient } from "../hub/hub-client.ts";

interface TwinCheck {
  readonly hub: Pick<HubClient, "listHosts">;
  readonly host: string;
  /** The host's own folder; keeps when it was started last. */
  readonly folder: string;
  /** ISO 8601; names this start in the hub. */
  readonly startedAt: string;
  /** Milliseconds between two looks, and how long they go on; longer than hosts are silent. */
  readonly lookEveryMs?: number;
  readonly lookMs?: number;
}

/**
 * Two machines of one name would take the work meant for either. Throws Conflict when another one announces itself under this
 * host's id; its own dead predecessor is told from it by when it was started. Without a hub nobody can tell.
 */
export async function refuseTwin(check: TwinCheck): Promise<void> {
  const file = join(check.folder, "started.json");
  const before = await readFile(file, "utf8").catch(() => "");
  const first = await announced(check);
  const strange = first !== undefined && first.alive && !first.ended && first.startedAt !== before.trim();
  if (strange && (await speaksAgain(check, first.lastSeenMs))) {
    throw new BatonFailure("Conflict", `another machine is host ${check.host} already, since ${first.startedAt}`, {
      where: first.platform,
      next: "give one of them another name, with a state directory of its own: baton host --name …",
    });
  }
  await writeFile(file, check.startedAt);
}

async function speaksAgain(check: TwinCheck, heardMs: number): Promise<boolean> {
  const { lookEveryMs = 500, lookMs = 6_500 } = check;
  let silentMs = heardMs;
  const end = performance.now() + lookMs;
  while (performance.now() < end) {
    await delay(lookEveryMs);
    const now = (await announced(check))?.lastSeenMs;
    if (now === undefined) return false;
    if (now < silentMs) return true;
    silentMs = now;
  }
  return false;
}

async function announced({ hub, host }: TwinCheck) {
  const listed = await hub.listHosts().catch(() => ({ hosts: [] }));
  return listed.hosts.find(({ id }) => id === host);
}
