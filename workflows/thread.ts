import { allHandlersFinished, ApplicationFailure, condition, isCancellation, workflowInfo } from "@temporalio/workflow";
import { beforeTurn } from "../domain/before-turn.ts";
import { afterTurn } from "../domain/after-turn.ts";
import { afterVerdict, afterVerification } from "../domain/after-verification.ts";
import { afterOpened } from "../domain/holds.ts";
import { nextStep, type Step } from "../domain/next-step.ts";
import { ask, budgetQuestion } from "../domain/questions.ts";
import { atTime, isSettled, openThread } from "../domain/thread.ts";
import { resultOf, type ThreadResult } from "../domain/thread-result.ts";
import { judgeInput, openWorkspaceInput, turnInput, verifyInput } from "./activity-inputs.ts";
import { continueThread, startLoop, tellPeople } from "./chapters.ts";
import { depart } from "./depart.ts";
import { failureOf } from "./failures.ts";
import { switchHost } from "./handoff.ts";
import { handleMessages } from "./handle-messages.ts";
import { dropHold, keepHold, onHost, takeHold } from "./hold.ts";
import { settle } from "./settle.ts";
import { HoldLost, type ThreadInput, type ThreadLoop } from "./thread-loop.ts";
import { waitForPeople, waitOut } from "./waits.ts";

/** A goal loop: hold, turn, verify, judge, decide, until the goal is met, a limit says stop, or a person does. */
export async function thread(input: ThreadInput): Promise<ThreadResult> {
  const loop = startLoop("state" in input ? input.state : openThread(input.start, Date.now()));
  handleMessages(loop);
  await keepHold(loop);
  while (!isSettled(loop.state)) {
    loop.state = atTime(loop.state, Date.now());
    if (mayContinueAsNew(loop)) await continueThread(loop);
    const step = nextStep(loop.state);
    tellPeople(loop, step);
    await take(step, loop);
  }
  tellPeople(loop, { kind: "settle" });
  await condition(allHandlersFinished);
  return resultOf(loop.state);
}

async function take(step: Step, loop: ThreadLoop): Promise<void> {
  try {
    await takeUnguarded(step, loop);
  } catch (error) {
    if (error instanceof HoldLost) return dropHold(loop, error.message);
    if (isCancellation(error)) return;
    const failure = failureOf(error);
    if (failure.kind === "bug") throw error;
    if (failure.kind === "hostLost") return dropHold(loop, failure.text);
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
    case "judge":
      return judge(loop);
    case "askAboutBudget":
      loop.state = ask(loop.state, budgetQuestion(loop.state, step.exhausted), Date.now());
      return;
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
  const { newest } = opened;
  loop.state = afterOpened(loop.state, opened);
  const known = loop.state.checkpoint?.snapshot;
  // A turn whose checkpoint reached the hub has happened, even if its result was lost on the way here.
  if (newest && newest.checkpoint.snapshot !== known) loop.state = afterTurn(loop.state, newest, Date.now());
}

async function takeTurn(loop: ThreadLoop, step: Extract<Step, { kind: "turn" }>): Promise<void> {
  const call = turnInput(loop.state, step);
  loop.state = beforeTurn(loop.state);
  const report = await onHost(loop, call);
  loop.state = afterTurn(loop.state, report, Date.now());
  const { agent } = report;
  // The place ends in a moment; another turn begun there would be an attempt for nothing.
  if (agent.kind === "interrupted" && agent.by === "shutdown") dropHold(loop, "the host drains");
}

async function verify(loop: ThreadLoop): Promise<void> {
  const verification = await onHost(loop, verifyInput(loop.state));
  loop.state = afterVerification(loop.state, verification, Date.now());
}

async function judge(loop: ThreadLoop): Promise<void> {
  const call = judgeInput(loop.state);
  if (!call) throw ApplicationFailure.nonRetryable("judging without a judge", "Usage");
  const verdict = await onHost(loop, call);
  loop.state = afterVerdict(loop.state, verdict, Date.now());
}

/** At a turn boundary, so that nothing is under way that the next run would have to find again. */
function mayContinueAsNew(loop: ThreadLoop): boolean {
  const { state } = loop;
  if (state.phase !== "turn" || state.handoff || state.departure || state.turn === loop.turnAtStart) return false;
  return workflowInfo().continueAsNewSuggested || state.turn - loop.turnAtStart >= state.start.timing.turnsPerRun;
}
