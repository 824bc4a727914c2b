import { CancellationScope, condition, log, proxyActivities, Trigger, type ActivityOptions } from "@temporalio/workflow";
import type { HostActivities, PoolActivities } from "../activities/thread-activities.ts";
import { afterHeld, afterHoldLost, beforeHold } from "../domain/holds.ts";
import { holdSummary } from "../domain/summaries.ts";
import { hostHoldOptions, hostOptions, poolHoldOptions, releaseOptions } from "./activity-options.ts";
import type { HostCall } from "./activity-inputs.ts";
import { HoldLost, type ThreadLoop } from "./thread-loop.ts";

const refusalWaitMs = 2_000;

/** Waits for a place on any host of the pool. Returns early, without a place, when the thread ends meanwhile. */
export async function takeHold(loop: ThreadLoop): Promise<void> {
  loop.state = beforeHold(loop.state);
  loop.doing = "waiting for a host";
  const { timing } = loop.state.start;
  await claimPlace(loop, poolHoldOptions(timing, holdSummary({ where: "any host", thread: loop.state.start.id })));
  const grant = loop.grant;
  if (grant?.epoch === loop.state.epoch) loop.state = afterHeld(loop.state, grant);
}

/** Continue-as-new ended the Activity that held the place: take the same place again, under the same epoch. */
export async function keepHold(loop: ThreadLoop): Promise<void> {
  const { hold, start } = loop.state;
  if (!hold) return;
  await claimPlace(loop, hostHoldOptions(hold.host, start.timing, `keep the place on ${hold.host}`));
  const grant = loop.grant;
  if (grant === null) return;
  const same = grant.incarnation === hold.incarnation;
  loop.state = same ? loop.state : afterHeld(loop.state, grant);
}

async function claimPlace(loop: ThreadLoop, options: ActivityOptions): Promise<void> {
  const lost = new Trigger<never>();
  void lost.then(undefined, () => undefined);
  const scope = new CancellationScope();
  loop.grant = null;
  loop.claim = { scope, lost };
  const { id: thread } = loop.state.start;
  const { epoch } = loop.state;
  const granted = () => loop.grant?.epoch === epoch;
  const over: { why: string | null } = { why: null };
  const onEnd = (why: string) => {
    over.why = why;
    lost.reject(new HoldLost(why));
  };
  void scope
    .run(() => proxyActivities<PoolActivities>(options).holdHost({ thread, epoch }))
    .then(
      ({ ended }) => onEnd(ended),
      (error: unknown) => onEnd(String(error instanceof Error ? (error.cause ?? error) : error)),
    );
  await condition(() => over.why !== null || granted() || loop.state.phase === "ended");
  if (over.why !== null) return refused(loop, over.why);
  if (!granted()) scope.cancel();
}

/** A host that fails right away is not asked again in the same breath, or the history would fill with failures. */
async function refused(loop: ThreadLoop, why: string): Promise<void> {
  dropHold(loop, why);
  await condition(() => loop.state.phase === "ended", refusalWaitMs);
}

/** Runs something on the host that holds the place; ends with `HoldLost` as soon as the place is gone. */
export async function onHost<T>(loop: ThreadLoop, call: HostCall<T>): Promise<T> {
  const { hold, start } = loop.state;
  if (!hold || !loop.claim) throw new HoldLost("no place is held");
  const activities = proxyActivities<HostActivities>(hostOptions(hold.host, start.timing, call));
  const scope = new CancellationScope();
  loop.work = scope;
  const running = scope.run(() => call.run(activities));
  running.catch(() => undefined);
  try {
    return await Promise.race([running, loop.claim.lost]);
  } catch (error) {
    if (error instanceof HoldLost) scope.cancel();
    throw error;
  } finally {
    loop.work = null;
  }
}

export function dropHold(loop: ThreadLoop, why: string): void {
  log.warn("the place is lost", { why, epoch: loop.state.epoch });
  loop.claim?.scope.cancel();
  loop.claim = null;
  loop.state = afterHoldLost(loop.state);
}

/** Gives the place back at once; cancellation alone would take a heartbeat. */
export async function releaseHold(loop: ThreadLoop, settled: boolean): Promise<void> {
  const { hold, start, epoch } = loop.state;
  const { claim } = loop;
  if (!hold || !claim) return;
  loop.claim = null;
  loop.state = afterHoldLost(loop.state);
  try {
    await proxyActivities<HostActivities>(releaseOptions(hold.host)).releaseHost({ thread: start.id, epoch, settled });
  } catch (error) {
    log.warn("the host did not take its place back", { error: String(error) });
  }
  claim.scope.cancel();
}
