import type { UpdateDefinition } from "@temporalio/common";
import { setHandler } from "@temporalio/workflow";
import { isQuiet } from "../domain/departure.ts";
import { afterSteering } from "../domain/steering.ts";
import { beginHandoff, refuseHandoff } from "../domain/handoff.ts";
import { waitingAlike } from "../domain/fan-out/fan-out-questions.ts";
import { afterAnswer, afterBudgetChange, refuseAnswer } from "../domain/questions.ts";
import type { BudgetChange } from "../domain/budget.ts";
import { isMetered } from "../domain/fan-out/fan-out-state.ts";
import { doingIn } from "../domain/doing.ts";
import { nextStep } from "../domain/next-step.ts";
import type { Answer } from "../domain/question.ts";
import { end, type ThreadState } from "../domain/thread.ts";
import type { ThreadView } from "../domain/thread-view.ts";
import { viewOf } from "../domain/view.ts";
import { handleDeparture } from "./depart.ts";
import { prepareHandoff } from "./handoff.ts";
import * as messages from "./messages.ts";
import { refuse, settledText } from "./refusal.ts";
import { handleOrders } from "./parent.ts";
import { adoptSubagents } from "./subagents.ts";
import { tellSubagent, tellSubagents } from "./tell-subagents.ts";
import { HoldLost, type ThreadLoop } from "./thread-loop.ts";

/** Everything people and hosts can tell a thread. */
export function handleMessages(loop: ThreadLoop): void {
  setHandler(messages.viewQuery, () => viewOf(loop.state, loop.doing), { description: "What the thread is right now" });
  setHandler(messages.steerSignal, (steering) => {
    loop.state = afterSteering(loop.state, steering);
  });
  handleUpdates(loop);
  handleDeparture(loop);
  handleOrders(loop);
  setHandler(messages.heldSignal, (grant) => {
    const claim = [loop.claim, loop.next].find((each) => each?.epoch === grant.epoch);
    if (claim) claim.grant = grant;
  });
  setHandler(messages.hostRestartedSignal, ({ host, incarnation }) => {
    const { hold } = loop.state;
    const gone = hold?.host === host && hold.incarnation !== incarnation;
    if (gone) loop.claim?.lost.reject(new HoldLost("the host's process was restarted", "restarted"));
  });
}

function handleUpdates(loop: ThreadLoop): void {
  const { handle } = updatesOf(loop);
  handle(messages.pauseUpdate, ({ now }) => {
    if (now) loop.work?.cancel();
    tellSubagents(loop, { kind: "pause", now });
    return { ...loop.state, paused: true };
  });
  handle(messages.resumeUpdate, () => {
    tellSubagents(loop, { kind: "resume" });
    return { ...loop.state, paused: false };
  });
  handle(messages.stopUpdate, ({ reason, by }) => {
    loop.work?.cancel();
    return end(loop.state, { status: "stopped", reason: reason || `stopped by ${by}` });
  });
  handle(
    messages.handoffUpdate,
    (request) => {
      const next = beginHandoff(loop.state, request, Date.now());
      void prepareHandoff(loop);
      return next;
    },
    (request) => (loop.closing ? "its Workflow begins a new run: try again in a moment" : refuseHandoff(loop.state, request)),
  );
  handle(messages.budgetUpdate, (change) => takeBudget(loop, change));
  handle(
    messages.answerUpdate,
    (answer) => takeAnswer(loop, answer),
    (answer) => refuseAnswer(loop.state, answer),
  );
}

/** With its first limit a tree is metered, without its last one not any more: those that run have to know. */
function takeBudget(loop: ThreadLoop, change: BudgetChange): ThreadState {
  const before = isMetered(loop.state);
  loop.state = afterBudgetChange(loop.state, change);
  if (isMetered(loop.state) !== before) adoptSubagents(loop);
  return loop.state;
}

/** Subagents that wait for one cause are told what a person said about it. */
function takeAnswer(loop: ThreadLoop, answer: Answer): ThreadState {
  const { questions } = loop.state;
  const question = answer.question === undefined ? questions[0] : questions.find(({ id }) => id === answer.question);
  if (question?.kind === "subagents" && answer.choice === "continue") {
    const { text } = answer;
    const order = { kind: "answer" as const, answer: { choice: "continue" as const, ...(text === undefined ? {} : { text }) } };
    for (const thread of waitingAlike(loop.state, question)) tellSubagent(loop, thread, order);
  }
  // Its turn still runs.
  if (question?.kind === "worker" && answer.choice === "stop") loop.work?.cancel();
  return afterAnswer(loop.state, answer, Date.now());
}

function updatesOf(loop: ThreadLoop) {
  /** Validators are synchronous and refuse without a trace in the history. */
  function handle<A>(
    update: UpdateDefinition<ThreadView, [A]>,
    change: (arg: A) => ThreadState,
    refusal?: (arg: A) => string | null,
  ): void {
    const handler = (arg: A) => {
      loop.state = change(arg);
      // While an Activity runs, that is what the thread does, whatever is due next.
      if (loop.work === null) loop.doing = doingIn(nextStep(loop.state), loop.state) ?? loop.doing;
      return viewOf(loop.state, loop.doing);
    };
    const validator = (arg: A): void => {
      refuse(settledText(loop));
      if (isQuiet(loop.state)) refuse(`it is on its way to ${loop.state.departure?.to ?? "elsewhere"}: tell it there`);
      refuse(refusal?.(arg) ?? null);
    };
    setHandler<ThreadView, [A], UpdateDefinition<ThreadView, [A]>>(update, handler, { validator });
  }
  return { handle };
}
