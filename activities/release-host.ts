import type { HostContext } from "./host-context.ts";
import { removeThreadFolder, type OpenThreads } from "./open-threads.ts";
import type { HostActivities } from "./thread-activities.ts";

type Release = Parameters<HostActivities["releaseHost"]>[0];

/** Lets a thread go: its place is free at once, and its folder is removed when it has settled. */
export async function releaseHost(host: HostContext, threads: OpenThreads, { settled, ...claim }: Release): Promise<void> {
  const open = threads.find(claim);
  threads.forget(claim);
  await open?.prepared?.checkout;
  if (settled && open) await removeThreadFolder(open.folder);
  host.places.release(claim);
}
