import { ApplicationFailure, CancellationScope, isCancellation, workflowInfo } from "@temporalio/workflow";
import { beforeTurn } from "../domain/before-turn.ts";
import { afterTurn } from "../domain/after-turn.ts";
import { afterReview } from "../domain/after-review.ts";
import { afterVerdict, afterVerification } from "../domain/after-verification.ts";
import { takeOver } from "../domain/take-over.ts";
import { isQuiet } from "../domain/departure.ts";
import { nextStep, type Step } from "../domain/next-step.ts";
import { ask } from "../domain/questions.ts";
import { atTime, end, isSettled, type ThreadState } from "../domain/thread.ts";
import { resultOf, type ThreadResult } from "../domain/thread-result.ts";
import { judgeInput, openWorkspaceInput, reviewInput, turnInput, verifyInput } from "./activity-inputs.ts";
import { allTold, continueThread, startLoop, tellPeople } from "./chapters.ts";
import { depart } from "./depart.ts";
import { failureOf } from "./failures.ts";
import { takeFanOutStep } from "./fan-out.ts";
import { switchHost } from "./handoff.ts";
import { handleMessages } from "./handle-messages.ts";
import { dropHold, keepHold, onHost, takeHold } from "./hold.ts";
import { giveIdUp, tellParent, wantTurn } from "./parent.ts";
import { settle } from "./settle.ts";
import { handleSubagentRequests } from "./subagent-requests.ts";
import { adoptSubagents, superviseSubagents } from "./subagents.ts";
import { HoldLost, type ThreadInput, type ThreadLoop } from "./thread-loop.ts";
import { waitForPeople, waitOut } from "./waits.ts";

/** A goal loop: hold, turn, verify, review, judge, decide, until the goal is met, a limit says stop, or a person does. */
export async function thread(input: ThreadInput): Promise<ThreadResult> {
  const loop = startLoop(input);
  CancellationScope.current().cancelRequested.catch(() => stopCanceled(loop));
  // In a canceled scope every wait ends at once: the steps would be taken again and again without end.
  return CancellationScope.nonCancellable(() => run(loop));
}

/** Asked for in Temporal itself, by a button in its UI: the same as `baton stop`. */
function stopCanceled(loop: ThreadLoop): void {
  if (loop.state.phase === "ended" || isQuiet(loop.state)) return;
  loop.work?.cancel();
  loop.state = end(loop.state, { status: "stopped", reason: "canceled in Temporal" });
}

async function run(loop: ThreadLoop): Promise<ThreadResult> {
  handleMessages(loop);
  superviseSubagents(loop);
  handleSubagentRequests(loop);
  adoptSubagents(loop);
  await keepHold(loop);
  while (!isSettled(loop.state)) {
    loop.state = atTime(loop.state, Date.now());
    if (mayContinueAsNew(loop)) await continueThread(loop);
    const step = nextStep(loop.state);
    tellPeople(loop, step);
    tellParent(loop);
    await take(step, loop);
  }
  tellPeople(loop, { kind: "settle" });
  tellParent(loop);
  loop.closing = true;
  await allTold(loop);
  return resultOf(loop.state);
}

async function take(step: Step, loop: ThreadLoop): Promise<void> {
  try {
    await takeUnguarded(step, loop);
  } catch (error) {
    if (error instanceof HoldLost) return dropHold(loop, error);
    if (isCancellation(error)) return;
    const failure = failureOf(error);
    if (failure.kind === "bug") throw error;
    if (failure.kind === "hostGone") return dropHold(loop, new HoldLost(failure.text, failure.how));
    if (failure.kind === "idTaken") return giveIdUp(loop, failure.text);
    const { id } = loop.state.start;
    const question = {
      kind: "workspace" as const,
      text: failure.text,
      facts: failure.facts,
      next: `mend it, then: baton answer ${id} continue`,
    };
    loop.state = ask(loop.state, question, Date.now());
  }
}

async function takeUnguarded(step: Step, loop: ThreadLoop): Promise<void> {
  switch (step.kind) {
    case "hold":
      return takeHold(loop);
    case "switchHost":
      return switchHost(loop);
    case "depart":
      return depart(loop);
    case "openWorkspace":
      return openWorkspace(loop);
    case "turn":
      return takeTurn(loop, step);
    case "verify":
      return verify(loop);
    case "review":
      return review(loop);
    case "judge":
      return judge(loop);
    case "wantTurn":
      return wantTurn(loop);
    case "askAboutBudget":
    case "listTasks":
    case "mergeBatch":
    case "waitForSubagents":
    case "askAboutTasks":
    case "pilotOver":
    case "failOnTask":
    case "finishFanOut":
      return takeFanOutStep(loop, step);
    case "wait":
      return waitForPeople(loop, step.for);
    case "backOff":
      return waitOut(loop, step);
    case "settle":
      return settle(loop);
  }
}

async function openWorkspace(loop: ThreadLoop): Promise<void> {
  const opened = await onHost(loop, openWorkspaceInput(loop.state));
  loop.state = takeOver(loop.state, opened, Date.now());
}

async function takeTurn(loop: ThreadLoop, step: Extract<Step, { kind: "turn" }>): Promise<void> {
  const call = turnInput(loop.state, step);
  loop.state = beforeTurn(loop.state);
  const report = await onHost(loop, call);
  loop.state = afterTurn(loop.state, report, Date.now());
  const { agent } = report;
  // The place ends in a moment; another turn begun there would be an attempt for nothing.
  if (agent.kind === "interrupted" && agent.by === "shutdown") dropHold(loop, new HoldLost("the host drains", "left"));
}

async function verify(loop: ThreadLoop): Promise<void> {
  const verification = await onHost(loop, verifyInput(loop.state));
  loop.state = afterVerification(loop.state, verification, Date.now());
}

async function review(loop: ThreadLoop): Promise<void> {
  const call = reviewInput(loop.state);
  if (!call) throw ApplicationFailure.nonRetryable("reviewing without a reviewer", "Usage");
  const found = await onHost(loop, call);
  loop.state = afterReview(loop.state, found, Date.now());
}

async function judge(loop: ThreadLoop): Promise<void> {
  const call = judgeInput(loop.state);
  if (!call) throw ApplicationFailure.nonRetryable("judging without a judge", "Usage");
  const verdict = await onHost(loop, call);
  loop.state = afterVerdict(loop.state, verdict, Date.now());
}

/** A fan-out has no turns to count. */
function isLong({ start }: ThreadState): boolean {
  const { continueAsNewSuggested, historyLength } = workflowInfo();
  return continueAsNewSuggested || historyLength >= (start.timing.eventsPerRun ?? Number.POSITIVE_INFINITY);
}

/** At a turn boundary, so that nothing is under way that the next run would have to find again. */
function mayContinueAsNew(loop: ThreadLoop): boolean {
  const { state } = loop;
  if (state.phase === "fanOut") return isLong(state) && !state.handoff && !state.departure;
  if (state.phase !== "turn" || state.handoff || state.departure || state.turn === loop.turnAtStart) return false;
  return workflowInfo().continueAsNewSuggested || state.turn - loop.turnAtStart >= state.start.timing.turnsPerRun;
}
