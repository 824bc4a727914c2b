import { Context } from "@temporalio/activity";
import { ancestorsAmong } from "../../git/ancestors.ts";
import { runGit } from "../../git/git.ts";
import type { TaskResult } from "../../hub/hub.ts";
import { fetchObjects, isMissing } from "../workspace/fetch-objects.ts";
import type { HostContext } from "../host-context.ts";
import type { OpenThread } from "../workspace/open-threads.ts";
import { untilHubBack } from "../until-hub-back.ts";

/**
 * What earlier subagents achieved of these tasks on the way to this base, or on it, or on top of others of these results. Work
 * on top of anything else would bring that along.
 */
export async function usableResults(
  host: HostContext,
  open: OpenThread,
  keys: readonly string[],
): Promise<readonly TaskResult[]> {
  const { repository, folder } = open;
  const { store } = folder;
  const patience = { signal: Context.current().cancellationSignal, logger: host.logger };
  const { results } = await untilHubBack(() => host.hub.readResults({ repository: repository.id, keys }), patience);
  const bases = new Set(results.flatMap(({ base }) => (base ? [base] : [])));
  const behind = await ancestorsAmong([...bases], { gitDir: store, commit: repository.base });
  const usable = results.filter(({ base }) => !base || behind.has(base));
  let others = results.filter((result) => !usable.includes(result));
  if (others.length === 0 || !(await fetchAll(host, open, results))) return usable;
  while (others.length > 0) {
    const parts = [repository.base, ...usable.map(({ commit }) => commit)];
    const found: TaskResult[] = [];
    for (const result of others) if (await isMadeOf(store, { stack: result.base ?? "", parts })) found.push(result);
    if (found.length === 0) break;
    usable.push(...found);
    others = others.filter((result) => !found.includes(result));
  }
  return usable;
}

/** False when the hub has lost one of them. */
async function fetchAll(host: HostContext, { repository, folder }: OpenThread, results: readonly TaskResult[]): Promise<boolean> {
  const wanted = [...new Set(results.map(({ commit }) => commit))];
  return fetchObjects(host, { repository, store: folder.store, wanted }).then(
    () => true,
    (error: unknown) => {
      if (isMissing(error)) return false;
      throw error;
    },
  );
}

/** Whether a merged stack has nothing in it but what these commits bring. */
async function isMadeOf(store: string, { stack, parts }: { stack: string; parts: readonly string[] }): Promise<boolean> {
  const stdin = [stack, ...parts.map((part) => `^${part}`), ""].join("\n");
  const { code, stdout } = await runGit(["rev-list", "--no-merges", "--max-count=1", "--stdin"], {
    cwd: store,
    gitDir: store,
    stdin,
  });
  return code === 0 && stdout.length === 0;
}
