import type { GoalFile } from "../../config/goal-file/read-goal-file.ts";
import type { HostLossPolicy } from "../../domain/host-loss.ts";
import { threadWorkflowId } from "../../workflows/messages.ts";
import type { Services } from "../context.ts";
import { openThread } from "../threads/open-thread.ts";
import { userName } from "../user-name.ts";
import { choosePlacement } from "./choose-placement.ts";
import type { PreparedRun } from "./prepare-run.ts";
import { pushBase } from "./push-base.ts";

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
  await pushBase(await services.hub(), run);
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
