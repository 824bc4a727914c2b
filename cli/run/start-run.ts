import type { GoalFile } from "../../config/goal-file/read-goal-file.ts";
import type { HostLossPolicy } from "../../domain/host-loss.ts";
import { packObjects } from "../../git/pack.ts";
import { threadWorkflowId } from "../../workflows/messages.ts";
import type { Services } from "../context.ts";
import { printNote } from "../output.ts";
import { openThread } from "../threads/open-thread.ts";
import { userName } from "../user-name.ts";
import { choosePlacement } from "./choose-placement.ts";
import type { PreparedRun } from "./prepare-run.ts";

export interface StartedThread {
  readonly id: string;
  readonly workflowId: string;
  readonly branch: string;
  /** The thread's page in Temporal UI. */
  readonly ui: string | null;
}

export interface RunRequest extends PreparedRun {
  readonly again: boolean;
  /** A host's id or name, or a label. */
  readonly on?: string;
  /** Over what the goal says. */
  readonly hostLoss: HostLossPolicy;
}

/** Brings the base commit to the hub, then starts the thread. */
export async function startRun(services: Services, run: RunRequest): Promise<StartedThread> {
  const { repository, root, head, timing, again } = run;
  const goalFile = await placed(services, run);
  await pushBase(services, run);
  const home = { host: services.endpoints.host.id, path: root };
  const start = { repository, home, owner: userName(), timing };
  const { id, branch } = await openThread(services, { goalFile, start, head, again });
  return { id, workflowId: threadWorkflowId(id), branch, ui: services.threadUrl(id) ?? null };
}

/** The goal file with what was asked for about hosts in its goal's place. */
async function placed(services: Services, { goalFile, on, hostLoss }: RunRequest): Promise<GoalFile> {
  const policy = { ...goalFile.goal.hostLoss, ...hostLoss };
  const goal = Object.keys(policy).length === 0 ? goalFile.goal : { ...goalFile.goal, hostLoss: policy };
  if (on === undefined) return { ...goalFile, goal };
  const { hosts } = await (await services.hub()).listHosts();
  return { ...goalFile, goal: { ...goal, placement: choosePlacement(hosts, on, goal.placement?.labels) } };
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
