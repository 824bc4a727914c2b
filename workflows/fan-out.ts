import { condition } from "@temporalio/workflow";
import type { FanOutActivities, MergeInput } from "../activities/thread-activities.ts";
import { afterListed, afterMerged, finishFanOut, pilotOver } from "../domain/fan-out/after-fan-out.ts";
import { tasksIn } from "../domain/fan-out/fan-out-state.ts";
import type { FanOutStep } from "../domain/fan-out/fan-out-step.ts";
import { namedFor } from "../domain/fan-out/merge-checks.ts";
import type { MergeReport } from "../domain/fan-out/merge.ts";
import { checksOfTask } from "../domain/fan-out/task-checks.ts";
import { afterExhausted, ask } from "../domain/questions.ts";
import { listTasksSummary, mergeSummary } from "../domain/summaries.ts";
import type { TaskState } from "../domain/fan-out/task.ts";
import { end, type ThreadState } from "../domain/thread.ts";
import type { HostCall } from "./activity-inputs.ts";
import { onHost, releaseHold } from "./hold.ts";
import type { ThreadLoop } from "./thread-loop.ts";
import { setupOf } from "../domain/setup.ts";

const planningMs = 3_600_000;
const setupMs = 3_600_000;
/** A stack is verified, a red one once more; each result that turns it red takes a few more to be found. */
const verificationsAtLeast = 4;
const verificationsOfOffender = 2;

/** One step of the phase in which a thread's subagents work. */
export async function takeFanOutStep(loop: ThreadLoop, step: FanOutStep): Promise<void> {
  const { state } = loop;
  switch (step.kind) {
    case "listTasks": {
      const listed = await onHost(loop, listTasksInput(state));
      loop.state = afterListed(loop.state, listed);
      return;
    }
    case "mergeBatch": {
      // Subagents tell their news meanwhile: what is merged is merged into the state as it is then.
      const report = await onHost(loop, mergeInput(state));
      loop.state = afterMerged(loop.state, report);
      return;
    }
    case "waitForSubagents":
      return waitForSubagents(loop);
    case "askAboutTasks":
      loop.state = ask(state, step.question, Date.now());
      return;
    case "askAboutBudget":
      loop.state = afterExhausted(state, step.exhausted, Date.now());
      return;
    case "pilotOver":
      loop.state = pilotOver(state);
      return;
    case "failOnTask":
      loop.state = end(loop.state, { status: "failed", reason: step.reason });
      return;
    case "finishFanOut":
      loop.state = finishFanOut(state);
  }
}

/** The place is for the subagents meanwhile. */
async function waitForSubagents(loop: ThreadLoop): Promise<void> {
  const released = releaseHold(loop, false);
  // Taken before the place is back: a stop or news that come meanwhile must not be slept through.
  const before = loop.state;
  await released;
  await condition(() => loop.state !== before);
}

function listTasksInput(state: ThreadState): HostCall<Awaited<ReturnType<FanOutActivities["listTasks"]>>> {
  const { id: thread, repository, goal } = state.start;
  const input = { thread, epoch: state.epoch, repository, goal };
  return { workMs: planningMs, summary: listTasksSummary(goal.fanOut), run: (host) => host.listTasks(input) };
}

function mergeInput(state: ThreadState): HostCall<MergeReport> {
  const { id: thread, repository, goal } = state.start;
  const { fanOut, checkpoint, epoch } = state;
  const policy = goal.fanOut;
  const ready = fanOut === undefined || policy === undefined ? [] : tasksIn(fanOut, "ready").slice(0, policy.merge.batch);
  const before = fanOut === undefined ? [] : tasksIn(fanOut, "merged");
  const ownChecks = policy !== undefined && policy.merge.verify.length === 0;
  const checks = ownChecks
    ? before.flatMap((task) => checksOfTask(goal, task).map((check) => namedFor(task.name, check)))
    : (policy?.merge.verify ?? []);
  const input: MergeInput = {
    thread,
    epoch,
    repository,
    merge: (fanOut?.merges ?? 0) + 1,
    onto: checkpoint?.commit ?? repository.base,
    candidates: ready.map(candidateOf),
    checks,
    ...(fanOut?.knownRed === undefined ? {} : { knownRed: fanOut.knownRed }),
    checksOf: ownChecks ? Object.fromEntries(ready.map((task) => [task.key, checksOfTask(goal, task)])) : {},
    env: goal.agents.worker.env,
    scope: goal.scope,
    ...setupOf(goal),
  };
  const timeouts = [...checks, ...Object.values(input.checksOf).flat()].reduce((sum, { timeoutMs }) => sum + timeoutMs, 0);
  const workMs = setupMs + timeouts * (verificationsAtLeast + verificationsOfOffender * ready.length);
  return { workMs, summary: mergeSummary({ merge: input.merge, tasks: ready }), run: (host) => host.mergeBatch(input) };
}

function candidateOf({ key, name, thread, commit }: TaskState): MergeInput["candidates"][number] {
  return { key, name, thread: thread ?? "", commit: commit ?? "" };
}
