import { treeAt } from "../git/clean-checkout.ts";
import { keepSpare } from "../git/spare-trees.ts";
import type { HostContext } from "./host-context.ts";
import { removeThreadFolder, sparesOf, type OpenThreads } from "./workspace/open-threads.ts";
import { checkoutOf } from "./workspace/prepared-checkout.ts";
import type { HostActivities } from "./thread-activities.ts";

type Release = Parameters<HostActivities["releaseHost"]>[0];

/** Lets a thread go: its place is free at once, and when it has settled, its folder is removed and its files serve others. */
export async function releaseHost(host: HostContext, threads: OpenThreads, { settled, ...claim }: Release): Promise<void> {
  const open = threads.find(claim);
  threads.forget(claim);
  await open?.prepared?.checkout;
  if (settled && open) {
    const spares = sparesOf(open.folder);
    for (const tree of [open.workspace, treeAt(checkoutOf(open))]) await keepSpare(spares, tree, host.places.total);
    await removeThreadFolder(open.folder);
  }
  host.places.release(claim);
}
