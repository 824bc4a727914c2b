import { BatonFailure } from "../../domain/failure.ts";
import type { Placement } from "../../domain/placement.ts";
import type { KnownHost } from "../../hub/hub.ts";
import { nearestNames } from "../threads/nearest-names.ts";

/**
 * What `--on` means: a host by its id or name, else a label that a host carries or carried. The goal's own labels count again
 * where the thread may leave the named host. Throws NotFound.
 */
export function choosePlacement(hosts: readonly KnownHost[], on: string, labels: readonly string[] = []): Placement {
  const host = hosts.find(({ id }) => id === on) ?? hosts.find(({ name }) => name === on);
  if (host !== undefined) return { labels: [], host: host.id, ...(labels.length === 0 ? {} : { otherwise: labels }) };
  if (hosts.some(({ labels }) => labels.includes(on))) return { labels: [on] };
  const near = nearestNames(
    on,
    hosts.flatMap(({ id, labels }) => [id, ...labels]),
  );
  throw new BatonFailure("NotFound", `no host has the id, name or label ${on}`, {
    where: "--on",
    next: near.length === 0 ? "baton hosts lists them" : `did you mean ${near.join(" or ")}? baton hosts lists all`,
  });
}
