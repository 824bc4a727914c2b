import { packObjects } from "../../git/pack.ts";
import { threadWorkflowId } from "../../workflows/messages.ts";
import type { Services } from "../context.ts";
import { printNote } from "../output.ts";
import { openThread } from "../threads/open-thread.ts";
import { userName } from "../user-name.ts";
import type { PreparedRun } from "./prepare-run.ts";

export interface StartedThread {
  readonly id: string;
  readonly workflowId: string;
  readonly branch: string;
  /** The thread's page in Temporal UI. */
  readonly ui: string | null;
}

/** Brings the base commit to the hub, then starts the thread. */
export async function startRun(services: Services, run: PreparedRun & { readonly again: boolean }): Promise<StartedThread> {
  const { repository, root, head, goalFile, timing, again } = run;
  await pushBase(services, run);
  const home = { host: services.endpoints.host.id, path: root };
  const start = { repository, home, owner: userName(), timing };
  const { id, branch } = await openThread(services, { goalFile, start, head, again });
  return { id, workflowId: threadWorkflowId(id), branch, ui: services.threadUrl(id) ?? null };
}

const slowMs = 1_000;

async function pushBase(services: Services, { repository, gitDir }: PreparedRun): Promise<void> {
  const hub = await services.hub();
  const { id, name, base, shallow } = repository;
  const { haves } = await hub.openRepository({ repository: id, shallow });
  if (haves.includes(base)) return;
  const saying = setTimeout(() => printNote(`sending ${name} at ${base.slice(0, 10)} to the hub`), slowMs);
  try {
    await hub.pushBase({ repository: id, commit: base }, packObjects({ gitDir, wants: [base], haves }));
  } finally {
    clearTimeout(saying);
  }
}
