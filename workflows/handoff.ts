import { condition, patched, proxyActivities } from "@temporalio/workflow";
import type { HostActivities } from "../activities/thread-activities.ts";
import { afterAbandoned, afterMoved, afterPrepared, placeAtTarget, switchOver } from "../domain/handoff.ts";
import { hasUnheardTurn, takeOver } from "../domain/take-over.ts";
import { openWorkspaceInput, prepareInput } from "./activity-inputs.ts";
import { hostHoldOptions, hostOptions } from "./activity-options.ts";
import { claimPlace, giveBack, onHost } from "./hold.ts";
import type { ThreadLoop } from "./thread-loop.ts";

/** While the source still works: takes a place on the target and copies what is there already. Any failure: stay. */
export async function prepareHandoff(loop: ThreadLoop): Promise<void> {
  await Promise.resolve();
  const { handoff, start } = loop.state;
  if (!handoff) return;
  const { to, epoch } = handoff;
  const claim = claimPlace(loop, { epoch, options: hostHoldOptions(to, start.timing, `hold a place on ${to} for the handoff`) });
  loop.next = claim;
  const isOff = () => loop.next !== claim;
  try {
    await condition(() => claim.over !== null || claim.grant !== null || isOff());
    if (isOff()) return;
    if (!claim.grant) return abandonHandoff(loop, claim.over?.message ?? "it gave no place");
    const call = prepareInput(loop.state, handoff);
    const activities = proxyActivities<HostActivities>(hostOptions(to, start.timing, call));
    // In the scope of its claim, so that nothing is copied any more once the handoff is off.
    const preparing = claim.scope.run(() => activities.prepareWorkspace(call.input));
    const prepared = await Promise.race([preparing, claim.lost]);
    if (isOff()) return;
    if (prepared.problems.length > 0) return abandonHandoff(loop, `${to} is not fit for it: ${prepared.problems.join("; ")}`);
    loop.state = afterPrepared(loop.state, prepared.bytes);
    if (handoff.mode === "interrupt") loop.work?.cancel();
  } catch (error) {
    if (!isOff()) abandonHandoff(loop, String(error instanceof Error ? (error.cause ?? error) : error));
  }
}

/** The thread goes on, or ends, where it is. */
export function abandonHandoff(loop: ThreadLoop, why: string): void {
  const { handoff } = loop.state;
  const claim = loop.next;
  loop.next = null;
  loop.state = afterAbandoned(loop.state, why, Date.now());
  if (claim?.grant && handoff) void giveBack(loop, { host: handoff.to, claim, settled: true });
  else claim?.scope.cancel();
}

/** One move at a time: a thread whose place is gone meanwhile waits for what becomes of the handoff, not for a place elsewhere. */
export async function waitForHandoff(loop: ThreadLoop): Promise<void> {
  loop.doing = `waiting for the handoff to ${loop.state.handoff?.to ?? "another host"}`;
  await condition(() => loop.state.handoff?.phase !== "preparing" || loop.state.phase === "ended");
}

/** At a step boundary: fences the source off, opens the newest checkpoint on the target, then lets the source go. */
export async function switchHost(loop: ThreadLoop): Promise<void> {
  const { handoff, hold } = loop.state;
  const target = loop.next;
  const source = loop.claim;
  if (!handoff || !target?.grant || target.over !== null)
    return abandonHandoff(loop, target?.over?.message ?? "the target gave its place up");
  const quietAt = Date.now();
  loop.next = null;
  loop.claim = target;
  loop.state = switchOver(loop.state, target.grant.incarnation);
  const from = hold?.host ?? null;
  try {
    const opened = await onHost(loop, openWorkspaceInput(loop.state));
    const now = Date.now();
    // The source may have died with its last word unsaid. Moves of 0.1 did not ask.
    const unheard = hasUnheardTurn(loop.state, opened) && patched("switch-takes-over");
    loop.state = takeOver(loop.state, unheard ? opened : { ...opened, newest: null }, now);
    if (patched("moves-place")) loop.state = placeAtTarget(loop.state);
    loop.state = afterMoved(loop.state, { from, ok: true, note: "", darkMs: now - quietAt, deltaBytes: opened.bytes, at: now });
  } catch (error) {
    const note = `${handoff.to} failed after the switch; the thread goes on with any host`;
    loop.state = afterMoved(loop.state, { from, ok: false, note, darkMs: null, deltaBytes: 0, at: Date.now() });
    throw error;
  } finally {
    if (source && hold) void giveBack(loop, { host: hold.host, claim: source, settled: false });
  }
}
