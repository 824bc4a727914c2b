import { nameFailures } from "./activity-failure.ts";
import { deliver } from "./deliver.ts";
import { holdHost } from "./hold-host.ts";
import type { HostContext } from "./host-context.ts";
import { judgeTurn } from "./judge-turn.ts";
import { createOpenThreads, removeThreadFolder, type OpenThreads } from "./open-threads.ts";
import { openWorkspace } from "./open-workspace.ts";
import { reportSafely } from "./report-safely.ts";
import { runTurn } from "./run-turn.ts";
import type { HostActivities, PoolActivities } from "./thread-activities.ts";
import { verifyTurn } from "./verify-turn.ts";

/** Activities of a pool's Task Queue: asking any of its hosts for a place. */
export function createPoolActivities(host: HostContext): PoolActivities {
  return { holdHost: nameFailures((claim) => holdHost(host, claim)) };
}

/** Activities of one host's own Task Queue; all work on a thread happens here. */
export function createHostActivities(host: HostContext): HostActivities {
  const threads = createOpenThreads();
  const work = <I, O>(activity: (host: HostContext, threads: OpenThreads, input: I) => Promise<O>) =>
    nameFailures((input: I) => reportSafely(host, () => activity(host, threads, input)));
  return {
    ...createPoolActivities(host),
    openWorkspace: work(openWorkspace),
    runTurn: work(runTurn),
    verify: work(verifyTurn),
    judge: work(judgeTurn),
    deliver: work((_host, _threads, input) => deliver(host, input)),
    releaseHost: nameFailures(async ({ thread, epoch, settled }) => {
      const open = threads.find({ thread, epoch });
      threads.forget({ thread, epoch });
      await open?.prepared?.checkout;
      if (settled && open) await removeThreadFolder(open.folder);
      host.places.release({ thread, epoch });
    }),
  };
}
