import { ApplicationFailure } from "@temporalio/common";
import { nameFailures } from "./activity-failure.ts";
import { deliver } from "./deliver.ts";
import { holdHost } from "./hold-host.ts";
import type { HostContext } from "./host-context.ts";
import { judgeTurn } from "./judge-turn.ts";
import { listTasks } from "./list-tasks.ts";
import { mergeBatch } from "./merge-batch.ts";
import { createOpenThreads, type OpenThreads } from "./workspace/open-threads.ts";
import { openWorkspace } from "./open-workspace.ts";
import { prepareWorkspace } from "./prepare-workspace.ts";
import { releaseHost } from "./release-host.ts";
import { reportSafely } from "./report-safely.ts";
import { reviewTurn } from "./review-turn.ts";
import { runTurn } from "./run-turn.ts";
import type { Claim, FanOutActivities, HostActivities, PoolActivities } from "./thread-activities.ts";
import { verifyTurn } from "./verify-turn.ts";

/** Activities of a pool's Task Queue: asking any of its hosts for a place. */
export function createPoolActivities(host: HostContext): PoolActivities {
  return { holdHost: nameFailures((claim) => holdHost(host, claim)) };
}

/** Activities of one host's own Task Queue; all work on a thread happens here. */
export function createHostActivities(host: HostContext): HostActivities & FanOutActivities {
  const threads = createOpenThreads();
  const serve = <I extends Claim, O>(activity: (host: HostContext, threads: OpenThreads, input: I) => Promise<O>) => {
    const report = (input: I) => reportSafely(host, () => activity(host, threads, input));
    return nameFailures((input: I) => host.busy.during(input.thread, () => unlessEnding(host, report(input))));
  };
  const work: typeof serve = (activity) =>
    serve((host, threads, input) => {
      if (host.leaving.aborted) throw leaves();
      return activity(host, threads, input);
    });
  return {
    ...createPoolActivities(host),
    prepareWorkspace: work(prepareWorkspace),
    openWorkspace: work(openWorkspace),
    runTurn: work(runTurn),
    verify: work(verifyTurn),
    review: work(reviewTurn),
    judge: work(judgeTurn),
    listTasks: work(listTasks),
    mergeBatch: work(mergeBatch),
    deliver: serve((_host, _threads, input) => deliver(host, input)),
    releaseHost: nameFailures((release) => releaseHost(host, threads, release)),
  };
}

/** An agent that was killed because its host ends has not failed: the thread has it done again. */
async function unlessEnding<T>(host: HostContext, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } finally {
    if (host.ending.aborted) await new Promise(() => undefined);
  }
}

/** The thread goes on elsewhere, without a turn or a question being counted for it. */
function leaves(): ApplicationFailure {
  return ApplicationFailure.create({ type: "WorkerShutdown", message: "the host takes no more work", nonRetryable: true });
}
