import { Context } from "@temporalio/activity";
import { threadReport } from "../domain/report.ts";
import { BatonFailure } from "../domain/failure.ts";
import { deliverBranch, pushBranch } from "../git/deliver-branch.ts";
import { changedFiles } from "../git/diff.ts";
import { gitDirOf } from "../git/git-dir.ts";
import { runGit } from "../git/git.ts";
import { presentObjects } from "../git/object-store.ts";
import { fetchObjects } from "./workspace/fetch-objects.ts";
import type { HostContext } from "./host-context.ts";
import { threadFolder } from "./workspace/open-threads.ts";
import { threadMarkers } from "./thread-markers.ts";
import type { Delivered, DeliverInput } from "./thread-activities.ts";
import { openTranscript } from "./transcript-writer.ts";
import { untilHubBack } from "./until-hub-back.ts";

/**
 * Moves the thread's branch in the user's repository, pushes it where asked, and stores the report. Safe to repeat. Throws
 * Delivery when the branch holds other work, is checked out, or cannot be pushed.
 */
export async function deliver(host: HostContext, input: DeliverInput): Promise<Delivered> {
  const { thread, epoch, turn, branch, commit, push, home, repository } = input;
  const patience = { signal: Context.current().cancellationSignal, logger: host.logger };
  // Whoever lost the thread meanwhile must not deliver it either.
  const claim = { repository: repository.id, thread, epoch };
  if (epoch > 0) await untilHubBack(() => host.hub.claimEpoch(claim), patience);
  const diffstat = commit === undefined ? "" : await hand(host, { ...input, commit });
  const pushed = commit === undefined || push === undefined ? {} : { pushedTo: push };
  if (commit !== undefined) {
    const transcript = openTranscript(host.hub, host.logger, { thread, turn, attempt: 1, epoch });
    transcript.write({ kind: "delivered", branch, ...pushed });
    await transcript.close();
  }
  const report = threadReport(input.view, { ...input.extras, diffstat, ...pushed });
  const { artifact } = await untilHubBack(() => host.hub.putArtifact(Buffer.from(report), { thread }), patience);
  const { result } = input;
  // Before the thread settles: a settled one's work may be collected as garbage.
  if (result !== undefined) await untilHubBack(() => host.hub.recordResult({ ...claim, ...result }), patience);
  if (epoch > 0) await untilHubBack(() => host.hub.settleThread(claim), patience);
  return { branch: commit === undefined || home === null ? null : branch, report: artifact, ...pushed };
}

/** Hands the commit over and gives its diffstat: to the user's repository, or straight to the remote without it. */
async function hand(host: HostContext, input: DeliverInput & { readonly commit: string }): Promise<string> {
  const { branch, commit, push, home, repository } = input;
  const markers = threadMarkers(host, input.thread);
  if (home === null) {
    const { store } = threadFolder(host.folder, input.thread, repository.id);
    await fetchObjects(host, { repository, store, wanted: [commit] });
    if (push !== undefined) await pushBranch({ root: store, branch, commit, markers }, remoteUrl(input, push));
    return diffstatOf(store, repository.base, commit);
  }
  const haves = await knownAtHome(home.path, repository.base);
  const pack = () => host.hub.fetch({ repository: repository.id, wants: [commit], haves });
  const delivery = { root: home.path, branch, commit, pack, markers, ...(push === undefined ? {} : { push }) };
  await untilHubBack(() => deliverBranch(delivery), { signal: Context.current().cancellationSignal, logger: host.logger });
  return diffstatOf(await gitDirOf(home.path), repository.base, commit);
}

/** Names of remotes mean something in the user's repository only; of `origin` the address is known. */
function remoteUrl({ repository }: DeliverInput, push: string): string {
  if (push !== "origin") return push;
  if (repository.origin !== undefined) return repository.origin;
  throw new BatonFailure("Delivery", "the branch cannot be pushed from here: the repository's origin has no address", {
    next: "start the machine where the thread was started, or: baton pull",
  });
}

/** The base, or HEAD for a thread that started from uncommitted work: that base is a commit only the hub has. */
async function knownAtHome(root: string, base: string): Promise<string[]> {
  const present = await presentObjects(await gitDirOf(root), [base]);
  if (present.length > 0) return present;
  const head = await runGit(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"], { cwd: root });
  return head.code === 0 ? [head.stdout.toString().trim()] : [];
}

async function diffstatOf(gitDir: string, base: string, commit: string): Promise<string> {
  const files = await changedFiles({ gitDir, base, commit });
  return files.map(({ path, added, removed }) => `${path} | ${added === null ? "binary" : `+${added} -${removed}`}`).join("\n");
}
