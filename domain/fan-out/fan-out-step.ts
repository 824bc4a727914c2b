import { exhausted, type BudgetDimension } from "../budget.ts";
import { commonCause, failedQuestion, pilotQuestion, stuckQuestion, tasksQuestion } from "./fan-out-questions.ts";
import { startable, tasksIn, totalSpent, type FanOutState } from "./fan-out-state.ts";
import type { FanOut } from "./fan-out.ts";
import type { NewQuestion } from "../question.ts";
import { reasonOf } from "./task.ts";
import type { ThreadState } from "../thread.ts";

export type FanOutStep =
  | { readonly kind: "listTasks" }
  | { readonly kind: "mergeBatch" }
  /** Nothing to do but to wait for news of subagents; the place is given back. */
  | { readonly kind: "waitForSubagents" }
  | { readonly kind: "askAboutTasks"; readonly question: NewQuestion }
  | { readonly kind: "pilotOver" }
  | { readonly kind: "failOnTask"; readonly reason: string }
  | { readonly kind: "finishFanOut" }
  | { readonly kind: "askAboutBudget"; readonly exhausted: readonly BudgetDimension[] };

/** What a thread does next for its subagents; null when it fans out into none. */
export function fanOutStep(state: ThreadState): FanOutStep | null {
  const { fanOut } = state;
  const policy = state.start.goal.fanOut;
  if (state.phase !== "fanOut" || fanOut === undefined || policy === undefined) return null;
  if (!fanOut.listed) return { kind: "listTasks" };
  // Work that was done before is merged without being asked about.
  if (!fanOut.approved && tasksIn(fanOut, "pending").length > 0)
    return { kind: "askAboutTasks", question: tasksQuestion(state, fanOut) };
  return trouble(state, fanOut, policy) ?? mergeOrWait(state, fanOut, policy);
}

function trouble(state: ThreadState, fanOut: FanOutState, policy: FanOut): FanOutStep | null {
  const spentUp = exhausted(state.budget, totalSpent(state));
  const unfinished = tasksIn(fanOut, "pending", "running").length > 0;
  if (spentUp.length > 0 && fanOut.inFlight.length === 0 && unfinished) return { kind: "askAboutBudget", exhausted: spentUp };
  const failed = tasksIn(fanOut, "failed")[0];
  if (failed !== undefined && policy.onTaskFailure === "stop") {
    return { kind: "failOnTask", reason: `the task ${failed.name} failed: ${reasonOf(failed) ?? "no reason was told"}` };
  }
  const cause = commonCause(fanOut);
  return cause === null ? null : { kind: "askAboutTasks", question: stuckQuestion(state, cause) };
}

function mergeOrWait(state: ThreadState, fanOut: FanOutState, policy: FanOut): FanOutStep {
  const ready = tasksIn(fanOut, "ready").length;
  const running = tasksIn(fanOut, "running").length;
  const more = running + startable(fanOut, policy).length;
  if (ready > 0 && (ready >= policy.merge.batch || more === 0)) return { kind: "mergeBatch" };
  if (more > 0) return { kind: "waitForSubagents" };
  if (!fanOut.piloted) return afterPilot(state, fanOut, policy);
  const failed = tasksIn(fanOut, "failed");
  if (failed.length === 0 || policy.onTaskFailure === "continue") return { kind: "finishFanOut" };
  return { kind: "askAboutTasks", question: failedQuestion(state, failed) };
}

/** A pilot of which nothing came is asked about, whatever the goal says, unless there is nothing besides it. */
function afterPilot(state: ThreadState, fanOut: FanOutState, policy: FanOut): FanOutStep {
  if (tasksIn(fanOut, "pending").length === 0) return { kind: "pilotOver" };
  const succeeded = tasksIn(fanOut, "merged").length > 0;
  if (policy.pilot?.then === "continue" && succeeded) return { kind: "pilotOver" };
  return { kind: "askAboutTasks", question: pilotQuestion(state, fanOut) };
}
