import { createHash } from "node:crypto";
import type { GoalFile } from "../../config/goal-file/read-goal-file.ts";
import { BatonFailure } from "../../domain/failure.ts";
import type { ThreadStart } from "../../domain/thread-start.ts";
import type { Services } from "../context.ts";
import { branchState } from "./branch-state.ts";
import { slugOf, threadIdOf } from "./thread-id.ts";

export interface ThreadRequest {
  readonly goalFile: GoalFile;
  /** All of the start but what follows from the id that is found. */
  readonly start: Omit<ThreadStart, "id" | "goal" | "branch">;
  /** Starts another thread although one of the same goal runs. */
  readonly again: boolean;
  /** Commit of the person's repository that counts as what a branch may be at. */
  readonly head: string;
}

export interface OpenedThread {
  readonly id: string;
  readonly branch: string;
}

const mostThreadsOfAGoal = 1000;

/** Starts the goal's next thread. Of several that try at once exactly one does; the others fail with `Conflict`. */
export async function openThread(services: Services, request: ThreadRequest): Promise<OpenedThread> {
  const { goal, path, text } = request.goalFile;
  const fixedBranch = goal.deliver.branch;
  if (request.again && fixedBranch !== undefined) throw needsOwnBranch(fixedBranch, path);
  const identity = fixedBranch ?? createHash("sha256").update(`${goal.goal}\0${text}`).digest("hex");
  const slug = slugOf({ ...(fixedBranch === undefined ? {} : { branch: fixedBranch }), file: path, goal: goal.goal });
  for (let n = 0; n < mostThreadsOfAGoal; n += 1) {
    const id = threadIdOf({ slug, repository: request.start.repository.id, identity, n });
    const branch = fixedBranch ?? `baton/${id}`;
    if ((await isUsed(services, { id, request })) || (await isTaken(branch, request))) continue;
    if (await services.threads.start({ ...request.start, id, goal, branch }, identity)) return { id, branch };
    // Somebody was quicker by a moment: say so, unless that thread has ended already.
    await isUsed(services, { id, request });
  }
  throw new BatonFailure("Conflict", `this goal has had ${mostThreadsOfAGoal} threads`, { next: "change the goal file" });
}

/** Whether the id belongs to an earlier thread. A thread that still runs is a failure, unless another is wanted. */
async function isUsed({ threads, hub }: Services, { id, request }: { id: string; request: ThreadRequest }): Promise<boolean> {
  const known = await threads.describe(id);
  if (known === undefined) {
    // Temporal forgets settled threads after a while; the hub keeps their work, and their epochs.
    const { checkpoint } = await (await hub()).readCheckpoint({ repository: request.start.repository.id, thread: id });
    return checkpoint !== undefined;
  }
  if (known.settled || request.again) return true;
  throw new BatonFailure("Conflict", `this goal already runs as thread ${id} (turn ${known.turn})`, {
    where: request.goalFile.path,
    next: `baton logs -f ${id}`,
  });
}

/** A default branch that exists makes way for the next id; a fixed one is for the person to decide about. */
async function isTaken(branch: string, { start, head, goalFile }: ThreadRequest): Promise<boolean> {
  const state = await branchState(branch, { root: start.home.path, base: head });
  if (state.kind === "free") return false;
  if (state.kind === "ahead" && goalFile.goal.deliver.branch === undefined) return true;
  if (state.kind === "ahead") {
    throw new BatonFailure("Conflict", `branch ${branch} exists and has commits that ${head.slice(0, 10)} does not contain`, {
      where: `${goalFile.path}: deliver.branch`,
      next: `merge it, remove it (git branch -D ${branch}), or name another branch`,
    });
  }
  throw new BatonFailure("Repository", `branch ${branch} cannot be made: a branch named ${state.branch} is in its way`, {
    where: start.home.path,
    next: `rename that one: git branch -m ${state.branch} <another name>`,
  });
}

function needsOwnBranch(branch: string, path: string): BatonFailure {
  return new BatonFailure("Usage", `--again needs a branch of its own for each thread, and the goal fixes ${branch}`, {
    where: `${path}: deliver.branch`,
    next: "take deliver.branch out of the goal, or name another branch",
  });
}
