import { resolve } from "node:path";
import { readGoalFile, type GoalFile } from "../../config/goal-file/read-goal-file.ts";
import { timingOf } from "../../config/timing.ts";
import type { RepositoryRef } from "../../domain/repository.ts";
import type { ThreadTiming } from "../../domain/thread-start.ts";
import { dirtyCommit } from "../../git/dirty-commit.ts";
import { runGit } from "../../git/git.ts";
import { inspectRepository, type InspectedRepository } from "../../git/inspect-repository.ts";
import { printNote } from "../output.ts";
import { plural } from "../render-text.ts";

interface PrepareRequest {
  /** Absolute folder that the goal file's path and the repository are found from. */
  readonly dir: string;
  readonly file: string;
  readonly dirty: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface PreparedRun {
  readonly goalFile: GoalFile;
  readonly timing: ThreadTiming;
  /** Its base is the commit the thread starts from, uncommitted work included where wanted. */
  readonly repository: RepositoryRef;
  readonly root: string;
  readonly head: string;
  /** Git folder from which the base can be packed. */
  readonly gitDir: string;
  /** Removes what was made for this run only. */
  dispose(): Promise<void>;
}

/** Everything that can refuse a run without any service: settings, goal file, repository. */
export async function prepareRun({ dir, file, dirty, env }: PrepareRequest): Promise<PreparedRun> {
  const timing = timingOf(env);
  const goalFile = await readGoalFile(resolve(dir, file));
  const repository = await inspectRepository(dir);
  const uncommitted = repository.dirty.tracked + repository.dirty.untracked;
  const worth = uncommitted - (await uncommittedGoal(repository.root, goalFile.path));
  if (!dirty && worth > 0) {
    printNote(`${plural(worth, "uncommitted file")} not included; --dirty includes ${worth === 1 ? "it" : "them"}`);
  }
  return { goalFile, timing, ...(await baseOf(repository, dirty && uncommitted > 0)) };
}

async function baseOf({ ref, root, head, gitDir }: InspectedRepository, dirty: boolean) {
  if (!dirty) return { repository: ref, root, head, gitDir, dispose: () => Promise.resolve() };
  const made = await dirtyCommit({ root, head, message: "Uncommitted work" });
  return { repository: { ...ref, base: made.commit }, root, head, gitDir: made.gitDir, dispose: () => made.dispose() };
}

/** 1 when the goal file itself is uncommitted: it travels with the thread anyway, so nobody has to hear of it. */
async function uncommittedGoal(root: string, path: string): Promise<number> {
  const status = await runGit(["status", "--porcelain", "--", path], { cwd: root });
  return status.code === 0 && status.stdout.length > 0 ? 1 : 0;
}
