import { placementText, placeWaitText } from "../../domain/placement.ts";
import type { ThreadView } from "../../domain/thread-view.ts";
import type { Services } from "../context.ts";

/** Tells in a view why a thread waits for a host, as far as the hub knows the hosts. */
export async function explainWait({ hub }: Services, view: ThreadView): Promise<ThreadView> {
  if (view.doing !== `waiting for ${placementText(view.placement)}`) return view;
  try {
    const { hosts } = await (await hub()).listHosts();
    return { ...view, doing: placeWaitText(view.placement, hosts) };
  } catch {
    // Without the hub the wait is told without its reason.
    return view;
  }
}
