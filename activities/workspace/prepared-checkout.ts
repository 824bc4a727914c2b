import { cleanCheckout, treeAt, type CheckoutPlace, type CleanCheckout } from "../../git/clean-checkout.ts";
import { takeSpare } from "../../git/spare-trees.ts";
import type { HostContext } from "../host-context.ts";
import { sparesOf, type OpenThread } from "./open-threads.ts";
import { threadMarkers } from "../thread-markers.ts";

/** What lies around for longer may have been touched by something in the meantime. */
const freshMs = 10_000;

/** Begins the checkout that will most likely be verified next, while the checkpoint travels. */
export function prepareCheckout(host: HostContext, open: OpenThread, commit: string): void {
  const checkout = checkOut(host, open, commit).catch(() => undefined);
  open.prepared = { commit, at: performance.now(), checkout };
}

/** The clean checkout of a commit: the prepared one if there is any that nobody has used yet, or a new one. */
export async function takeCheckout(host: HostContext, open: OpenThread, commit: string): Promise<CleanCheckout> {
  const { prepared } = open;
  open.prepared = null;
  const usable = prepared?.commit === commit && performance.now() - prepared.at < freshMs;
  const ready = usable ? await prepared.checkout : undefined;
  return ready ?? checkOut(host, open, commit);
}

async function checkOut(host: HostContext, open: OpenThread, commit: string): Promise<CleanCheckout> {
  const place = checkoutOf(open);
  await takeSpare(sparesOf(open.folder), treeAt(place));
  return cleanCheckout({ ...place, commit, markers: threadMarkers(host, open.thread) });
}

/** Where the thread's clean checkout is. */
export function checkoutOf({ folder }: Pick<OpenThread, "folder">): CheckoutPlace {
  return { store: folder.store, dir: folder.verify };
}
