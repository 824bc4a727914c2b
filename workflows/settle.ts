import { proxyActivities } from "@temporalio/workflow";
import type { HostActivities } from "../activities/thread-activities.ts";
import { afterDelivery, afterFailedDelivery, deliverable } from "../domain/settling.ts";
import type { Goal } from "../domain/goal.ts";
import { deliverSummary } from "../domain/summaries.ts";
import type { ThreadState } from "../domain/thread.ts";
import type { ThreadView } from "../domain/thread-view.ts";
import { viewOf } from "../domain/view.ts";
import { deliveryOptions } from "./activity-options.ts";
import { failureOf } from "./failures.ts";
import { releaseHold } from "./hold.ts";
import type { ThreadLoop } from "./thread-loop.ts";

/** Hands the work over where the person's repository is, stores the report, and gives the place back. */
export async function settle(loop: ThreadLoop): Promise<void> {
  loop.doing = "delivering";
  const { state } = loop;
  const { start, ending } = state;
  const achieved = ending?.status === "achieved";
  const options = deliveryOptions(start.home.host, start.timing, {
    patience: achieved ? "365 days" : "20 seconds",
    summary: deliverSummary({ branch: start.branch, status: ending?.status ?? "ended" }),
  });
  const commit = deliverable(state);
  try {
    const delivered = await proxyActivities<HostActivities>(options).deliver({
      thread: start.id,
      epoch: state.epoch,
      turn: state.turn,
      repository: start.repository,
      home: start.home,
      branch: start.branch,
      view: settledView(state),
      extras: { goal: reportedGoal(start.goal), changes: state.changes, claim: state.claim },
      ...(commit === null ? {} : { commit }),
      ...(achieved && start.goal.deliver.push !== undefined ? { push: start.goal.deliver.push } : {}),
    });
    if (loop.state.ending === ending) loop.state = afterDelivery(loop.state, delivered, Date.now());
  } catch (error) {
    const failure = failureOf(error);
    if (failure.kind === "bug") throw error;
    loop.state = afterFailedDelivery(loop.state, failure.text, Date.now());
  }
  if (loop.state.settledAt !== null) await releaseHold(loop, true);
}

/** The report is written before the thread is settled, about the thread as it will be. */
function settledView(state: ThreadState): ThreadView {
  return viewOf({ ...state, settledAt: Date.now(), delivered: deliverable(state) !== null }, "");
}

function reportedGoal({ done, risk, verify, background }: Goal): Pick<Goal, "done" | "risk" | "verify" | "background"> {
  return { done, risk, verify, ...(background === undefined ? {} : { background }) };
}
