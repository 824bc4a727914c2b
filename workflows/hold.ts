import { CancellationScope, condition, log, patched, proxyActivities, Trigger, type ActivityOptions } from "@temporalio/workflow";
import type { FanOutActivities, HoldInput, HostActivities, PoolActivities } from "../activities/thread-activities.ts";
import { afterGrace } from "../domain/after-grace.ts";
import { afterHeld, afterHoldLost, beforeHold } from "../domain/holds.ts";
import { graceLeft, leavePreferredHost, loseHost, lostText } from "../domain/host-loss.ts";
import { placementText } from "../domain/placement.ts";
import { graceSummary, holdSummary } from "../domain/summaries.ts";
import type { HostCall } from "./activity-inputs.ts";
import { holdOptions, hostHoldOptions, hostOptions, releaseOptions } from "./activity-options.ts";
import { HoldLost, type PlaceClaim, type ThreadLoop } from "./thread-loop.ts";

const refusalWaitMs = 2_000;

/**
 * Waits for a place on a host that fits, or on the one that was lost. Returns early, without a place, when the thread ends or
 * moves meanwhile, and when the grace of a lost host is over.
 */
export async function takeHold(loop: ThreadLoop): Promise<void> {
  if (graceLeft(loop.state.lost, Date.now()) === 0) {
    loop.state = afterGrace(loop.state, Date.now());
    return;
  }
  loop.state = beforeHold(loop.state);
  const { epoch, lost } = loop.state;
  const placement = lost === undefined ? loop.state.placement : { labels: [], host: lost.host };
  loop.doing = lost === undefined ? `waiting for ${placementText(placement)}` : lostText(lost);
  const { timing, id } = loop.state.start;
  const where = placement === undefined ? "any host" : placementText(placement);
  const options = holdOptions(placement, { timing, summary: holdSummary({ where, thread: id }) });
  const claim = claimPlace(loop, { epoch, options, labels: placement?.labels ?? [] });
  await heldBy(loop, claim);
  if (claim.grant) loop.state = afterHeld(loop.state, claim.grant);
}

/** Continue-as-new ended the Activity that held the place: take the same place again, under the same epoch. */
export async function keepHold(loop: ThreadLoop): Promise<void> {
  const { hold, start, epoch } = loop.state;
  if (!hold) return;
  const claim = claimPlace(loop, {
    epoch,
    options: hostHoldOptions(hold.host, start.timing, `keep the place on ${hold.host}`),
    keep: true,
  });
  await heldBy(loop, claim);
  if (claim.grant && claim.grant.incarnation !== hold.incarnation) loop.state = afterHeld(loop.state, claim.grant);
}

async function heldBy(loop: ThreadLoop, claim: PlaceClaim): Promise<void> {
  loop.claim = claim;
  const { lost, phase } = loop.state;
  const elsewhere = () =>
    (loop.state.phase === "ended" && phase !== "ended") ||
    loop.state.handoff?.phase === "ready" ||
    loop.state.departure !== undefined;
  const decided = () => claim.over !== null || claim.grant !== null || elsewhere() || loop.state.lost !== lost;
  const graceMs = graceLeft(lost, Date.now());
  if (lost === undefined || graceMs === null) await condition(decided);
  else await condition(decided, graceMs, { summary: graceSummary(lost, graceMs) });
  if (claim.over !== null) return refused(loop, claim, claim.over);
  if (claim.grant) return;
  claim.scope.cancel();
  loop.claim = null;
}

/** Asks for a place; the host's Signal or the end of the Activity tells what became of it. */
export function claimPlace(loop: ThreadLoop, request: Omit<HoldInput, "thread"> & { options: ActivityOptions }): PlaceClaim {
  const { options, ...wanted } = request;
  const { epoch } = wanted;
  const claim: PlaceClaim = {
    epoch,
    at: Date.now(),
    scope: new CancellationScope(),
    lost: new Trigger<never>(),
    grant: null,
    over: null,
  };
  void claim.lost.then(undefined, () => undefined);
  const onEnd = (why: string, how: HoldLost["how"]) => {
    claim.over = new HoldLost(why, how);
    claim.lost.reject(claim.over);
  };
  const { id: thread } = loop.state.start;
  void claim.scope
    .run(() => proxyActivities<PoolActivities>(options).holdHost({ thread, ...wanted }))
    .then(
      ({ ended }) => onEnd(ended, "left"),
      (error: unknown) => onEnd(String(error instanceof Error ? (error.cause ?? error) : error), "lost"),
    );
  return claim;
}

/** A host that fails right away is not asked again in the same breath, or the history would fill with failures. */
async function refused(loop: ThreadLoop, { at, grant }: PlaceClaim, why: HoldLost): Promise<void> {
  const { phase } = loop.state;
  dropHold(loop, why);
  if (grant === null) loop.state = leavePreferredHost(loop.state);
  const waited = patched("refusals-by-time") ? Date.now() - at : 0;
  if (waited < refusalWaitMs) await condition(() => loop.state.phase !== phase, refusalWaitMs - waited);
}

/** Runs something on the host that holds the place; ends with `HoldLost` as soon as the place is gone. */
export async function onHost<T>(loop: ThreadLoop, call: HostCall<T>): Promise<T> {
  const { hold, start } = loop.state;
  if (!hold || !loop.claim) throw new HoldLost("no place is held", "left");
  const activities = proxyActivities<HostActivities & FanOutActivities>(hostOptions(hold.host, start.timing, call));
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

/** A host that left in order is not waited for; for one that was lost, the goal says what to do. */
export function dropHold(loop: ThreadLoop, { message: why, how }: HoldLost): void {
  log.warn("the place is lost", { why, how, epoch: loop.state.epoch });
  loop.claim?.scope.cancel();
  loop.claim = null;
  const isLost = how !== "left" && loop.state.hold !== null && patched("host-loss");
  loop.state = isLost ? loseHost(loop.state, { now: Date.now(), restarted: how === "restarted" }) : afterHoldLost(loop.state);
}

/** Gives the place back at once; cancellation alone would take a heartbeat. */
export async function releaseHold(loop: ThreadLoop, settled: boolean): Promise<void> {
  const { hold } = loop.state;
  const { claim } = loop;
  if (!hold || !claim) return;
  loop.claim = null;
  loop.state = afterHoldLost(loop.state);
  await giveBack(loop, { host: hold.host, claim, settled });
}

export async function giveBack(loop: ThreadLoop, place: { host: string; claim: PlaceClaim; settled: boolean }): Promise<void> {
  const { host, claim, settled } = place;
  try {
    await proxyActivities<HostActivities>(releaseOptions(host)).releaseHost({
      thread: loop.state.start.id,
      epoch: claim.epoch,
      settled,
    });
  } catch (error) {
    log.warn("the host did not take its place back", { host, error: String(error) });
  }
  claim.scope.cancel();
}
