import { Context } from "@temporalio/activity";
import type { MergeReport } from "../../domain/fan-out/merge.ts";
import { readLedger } from "../../git/session-files.ts";
import { restoreWorkspace } from "../../git/workspace.ts";
import { fetchObjects } from "../workspace/fetch-objects.ts";
import type { HostContext } from "../host-context.ts";
import type { OpenThread } from "../workspace/open-threads.ts";
import { untilHubBack } from "../until-hub-back.ts";

/** What a merge's checkpoint keeps beside the merged work. */
interface MergeLedger {
  readonly merge?: Omit<MergeReport, "checkpoint">;
}

/** What came of a merge that was done already and whose report was lost on the way; null when it is still to be done. */
export async function earlierMerge(host: HostContext, open: OpenThread, merge: number): Promise<MergeReport | null> {
  const { thread, repository, folder } = open;
  const patience = { signal: Context.current().cancellationSignal, logger: host.logger };
  const { checkpoint } = await untilHubBack(() => host.hub.readCheckpoint({ repository: repository.id, thread }), patience);
  if (checkpoint === undefined) return null;
  const { commit, snapshot, tree } = checkpoint;
  await fetchObjects(host, { repository, store: folder.store, wanted: [snapshot] });
  const { merge: report } = JSON.parse(await readLedger({ gitDir: folder.store, snapshot })) as MergeLedger;
  if (report?.merge !== merge) return null;
  await restoreWorkspace({ workspace: open.workspace, commit });
  open.snapshot = snapshot;
  open.commit = commit;
  return { ...report, checkpoint: { commit, snapshot, tree } };
}
