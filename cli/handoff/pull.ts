import { BatonFailure } from "../../domain/failure.ts";
import { settledStatuses, type ThreadView } from "../../domain/thread-view.ts";
import { presentObjects } from "../../git/object-store.ts";
import { deliverBranch } from "../../git/deliver-branch.ts";
import { gitDirOf } from "../../git/git-dir.ts";
import { inspectRepository } from "../../git/inspect-repository.ts";
import type { Services } from "../context.ts";
import { printJson, printLine } from "../output.ts";
import { withRemote } from "../remotes/open-remote.ts";
import { remotePart, type RemotePart } from "../remotes/remote-name.ts";
import { pullAcross } from "./hand-off-across.ts";
import { handOff } from "./hand-off.ts";

interface PullRequest {
  readonly name: string;
  readonly mode: "drain" | "interrupt";
  readonly json?: boolean;
}

/** A running thread comes to this machine's host; of a settled one the branch comes into the repository one stands in. */
export async function pull(services: Services, request: PullRequest): Promise<void> {
  const across = remotePart(request.name);
  if (across !== null) return withRemote(across.remote, (remote) => pullFrom(services, remote, { ...request, ...across }));
  const { threads, endpoints } = services;
  const thread = await threads.resolve(request.name);
  const view = await threads.read(thread);
  if (!settledStatuses.includes(view.status)) return handOff(services, { ...request, name: thread, to: endpoints.host.id });
  await pullBranch(services, view);
  if (request.json === true) return printJson(view);
  printLine(`${view.branch} is in this repository now: git log ${view.branch}`);
}

/** Of a thread that has settled at the remote, the branch comes from there. */
async function pullFrom(services: Services, remote: Services, request: PullRequest & RemotePart): Promise<void> {
  if (await pullAcross(services, remote, request)) return;
  const view = await remote.threads.read(await remote.threads.resolve(request.rest));
  await pullBranch(remote, view);
  if (request.json === true) return printJson(view);
  printLine(`${view.branch} is in this repository now: git log ${view.branch}`);
}

async function pullBranch({ hub, threads }: Services, view: ThreadView): Promise<void> {
  const { checkpoint, base } = view;
  if (!checkpoint) throw new BatonFailure("NotFound", `thread ${view.id} has made nothing`, { next: `baton show ${view.id}` });
  const { root, ref } = await inspectRepository(process.cwd());
  const repository = (await threads.describe(view.id))?.repository ?? ref.id;
  if (repository !== ref.id) {
    throw new BatonFailure("Repository", `thread ${view.id} works on another repository: ${view.repository}`, {
      where: root,
      next: "go to a clone of it",
    });
  }
  const haves = await presentObjects(await gitDirOf(root), [base, ref.base]);
  const client = await hub();
  const pack = () => client.fetch({ repository, wants: [checkpoint.commit], haves });
  await deliverBranch({ root, branch: view.branch, commit: checkpoint.commit, pack });
}
