import { lostText, lostTextAt } from "../../domain/host-loss.ts";
import { placementText, placeWaitText } from "../../domain/placement.ts";
import type { ThreadView } from "../../domain/thread-view.ts";
import type { Services } from "../context.ts";

/** Steps in which an agent works, or has to wait until its host lets it start. */
const withAgent = /^(turn|review|judg|listing)/;

/** Tells in a view why a thread waits for a host or an agent, as far as that is known, and since when a host is lost. */
export async function explainWait({ hub, threads }: Services, view: ThreadView): Promise<ThreadView> {
  const { lost } = view;
  if (lost !== undefined && view.doing === lostText(lost)) return { ...view, doing: lostTextAt(lost, Date.now()) };
  if (view.status === "running" && withAgent.test(view.doing)) {
    const waitsFor = (await threads.describe(view.id).catch(() => undefined))?.waitsFor;
    return waitsFor === undefined ? view : { ...view, doing: `${view.doing}: ${waitsFor}` };
  }
  if (view.doing !== `waiting for ${placementText(view.placement)}`) return view;
  try {
    const { hosts } = await (await hub()).listHosts();
    return { ...view, doing: placeWaitText(view.placement, hosts) };
  } catch {
    // Without the hub the wait is told without its reason.
    return view;
  }
}
