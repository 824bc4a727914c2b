import { proxyActivities } from "@temporalio/workflow";
import type { Delivered, HostActivities } from "../activities/thread-activities.ts";
import { afterAbsentHome, afterDelivery, afterFailedDelivery, deliverable } from "../domain/settling.ts";
import type { Goal } from "../domain/goal.ts";
import type { Home } from "../domain/repository.ts";
import { deliverSummary } from "../domain/summaries.ts";
import type { ThreadState } from "../domain/thread.ts";
import type { ThreadView } from "../domain/thread-view.ts";
import { viewOf } from "../domain/view.ts";
import { deliveryOptions } from "./activity-options.ts";
import { failureOf } from "./failures.ts";
import { releaseHold } from "./hold.ts";
import { endSubagents } from "./subagents.ts";
import type { ThreadLoop } from "./thread-loop.ts";

/** Hands the work over where the person's repository is, stores the report, and gives the place back. */
export async function settle(loop: ThreadLoop): Promise<void> {
  await endSubagents(loop);
  loop.doing = "delivering";
  if (loop.state.start.tree !== undefined) return settleSubagent(loop);
  const { start, ending, hold } = loop.state;
  const atHome = hold?.host === start.home.host;
  // At home nothing is away for good. From elsewhere a closed laptop is the ordinary case.
  const patience = atHome && ending?.status === "achieved" ? "365 days" : "20 seconds";
  // A host of that name here is somebody else's.
  if (loop.state.foreign === true && hold) {
    await settleWithoutHome(loop, hold.host);
    if (loop.state.settledAt !== null) await releaseHold(loop, true);
    return;
  }
  try {
    const delivered = await deliverOn(loop, start.home.host, { home: start.home, patience });
    if (loop.state.ending === ending) loop.state = afterDelivery(loop.state, delivered, Date.now());
  } catch (error) {
    const failure = failureOf(error);
    if (failure.kind === "bug") throw error;
    if (failure.kind === "hostGone" && !atHome && hold) await settleWithoutHome(loop, hold.host);
    else loop.state = afterFailedDelivery(loop.state, failure.text, Date.now());
  }
  if (loop.state.settledAt !== null) await releaseHold(loop, true);
}

/** Nothing of a subagent goes to the user's repository: its parent merges what it made. */
async function settleSubagent(loop: ThreadLoop): Promise<void> {
  const { hold } = loop.state;
  // Without a place there is nothing to hand over that the hub does not have.
  if (hold === null) {
    loop.state = { ...loop.state, settledAt: Date.now() };
    return;
  }
  try {
    const delivered = await deliverOn(loop, hold.host, { home: null, patience: "1 minute" });
    loop.state = afterDelivery(loop.state, { ...delivered, branch: null }, Date.now());
  } catch (error) {
    const failure = failureOf(error);
    if (failure.kind === "bug") throw error;
    loop.state = { ...loop.state, settledAt: Date.now() };
  }
  await releaseHold(loop, true);
}

async function settleWithoutHome(loop: ThreadLoop, host: string): Promise<void> {
  try {
    const delivered = await deliverOn(loop, host, { home: null, patience: "1 minute" });
    loop.state = afterAbsentHome(loop.state, delivered, Date.now());
  } catch (error) {
    const failure = failureOf(error);
    if (failure.kind === "bug") throw error;
    loop.state = afterFailedDelivery(loop.state, failure.text, Date.now());
  }
}

async function deliverOn(
  loop: ThreadLoop,
  host: string,
  { home, patience }: { home: Home | null; patience: string },
): Promise<Delivered> {
  const { state } = loop;
  const { start, ending } = state;
  const commit = deliverable(state);
  const status = ending?.status ?? "ended";
  const options = deliveryOptions(host, start.timing, { patience, summary: deliverSummary({ branch: start.branch, status }) });
  return proxyActivities<HostActivities>(options).deliver({
    thread: start.id,
    epoch: state.epoch,
    turn: state.turn,
    repository: start.repository,
    home,
    branch: start.branch,
    view: settledView(state),
    extras: { goal: reportedGoal(start.goal), changes: state.changes, claim: state.claim },
    ...(commit === null ? {} : { commit }),
    ...resultIn(state),
    ...(status === "achieved" && start.goal.deliver.push !== undefined ? { push: start.goal.deliver.push } : {}),
  });
}

function resultIn({ start, ending, checkpoint }: ThreadState) {
  if (start.tree === undefined || ending?.status !== "achieved") return {};
  const { base } = start.repository;
  return { result: { key: start.tree.key, commit: checkpoint?.commit ?? base, base } };
}

/** The report is written before the thread is settled, about the thread as it will be. */
function settledView(state: ThreadState): ThreadView {
  return viewOf({ ...state, settledAt: Date.now(), delivered: deliverable(state) !== null }, "");
}

function reportedGoal({ done, risk, verify, background }: Goal): Pick<Goal, "done" | "risk" | "verify" | "background"> {
  return { done, risk, verify, ...(background === undefined ? {} : { background }) };
}
