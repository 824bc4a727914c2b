import { Context } from "@temporalio/activity";
import { threadReport } from "../domain/report.ts";
import { deliverBranch } from "../git/deliver-branch.ts";
import { changedFiles } from "../git/diff.ts";
import { gitDirOf } from "../git/git-dir.ts";
import { runGit } from "../git/git.ts";
import { presentObjects } from "../git/object-store.ts";
import type { HostContext } from "./host-context.ts";
import type { Delivered, DeliverInput } from "./thread-activities.ts";
import { openTranscript } from "./transcript-writer.ts";
import { untilHubBack } from "./until-hub-back.ts";

/**
 * Moves the thread's branch in the user's repository, pushes it where asked, and stores the report. Safe to repeat. Throws
 * Delivery when the branch holds other work, is checked out, or cannot be pushed.
 */
export async function deliver(host: HostContext, input: DeliverInput): Promise<Delivered> {
  const { thread, epoch, turn, branch, commit, push, home, repository } = input;
  const { cancellationSignal: signal } = Context.current();
  const patience = { signal, logger: host.logger };
  let diffstat = "";
  if (commit !== undefined) {
    const haves = await knownAtHome(home.path, repository.base);
    const pack = () => host.hub.fetch({ repository: repository.id, wants: [commit], haves });
    const delivery = { root: home.path, branch, commit, pack, ...(push === undefined ? {} : { push }) };
    await untilHubBack(() => deliverBranch(delivery), patience);
    diffstat = await diffstatOf(home.path, repository.base, commit);
    const transcript = openTranscript(host.hub, host.logger, { thread, turn, attempt: 1, epoch });
    transcript.write({ kind: "delivered", branch, ...(push === undefined ? {} : { pushedTo: push }) });
    await transcript.close();
  }
  const pushed = commit === undefined || push === undefined ? {} : { pushedTo: push };
  const report = threadReport(input.view, { ...input.extras, diffstat, ...pushed });
  const { artifact } = await untilHubBack(() => host.hub.putArtifact(Buffer.from(report)), patience);
  return { branch: commit === undefined ? null : branch, report: artifact, ...pushed };
}

/** The base, or HEAD for a thread that started from uncommitted work: that base is a commit only the hub has. */
async function knownAtHome(root: string, base: string): Promise<string[]> {
  const present = await presentObjects(await gitDirOf(root), [base]);
  if (present.length > 0) return present;
  const head = await runGit(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"], { cwd: root });
  return head.code === 0 ? [head.stdout.toString().trim()] : [];
}

async function diffstatOf(root: string, base: string, commit: string): Promise<string> {
  const files = await changedFiles({ gitDir: await gitDirOf(root), base, commit });
  return files.map(({ path, added, removed }) => `${path} | ${added === null ? "binary" : `+${added} -${removed}`}`).join("\n");
}
