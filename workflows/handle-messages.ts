import type { UpdateDefinition } from "@temporalio/common";
import { ApplicationFailure, setHandler } from "@temporalio/workflow";
import { isQuiet } from "../domain/departure.ts";
import { beginHandoff, refuseHandoff } from "../domain/handoff.ts";
import { afterAnswer, afterBudgetChange, refuseAnswer } from "../domain/questions.ts";
import { doingIn } from "../domain/doing.ts";
import { nextStep } from "../domain/next-step.ts";
import { end, type ThreadState } from "../domain/thread.ts";
import type { ThreadView } from "../domain/thread-view.ts";
import { viewOf } from "../domain/view.ts";
import { handleDeparture } from "./depart.ts";
import { prepareHandoff } from "./handoff.ts";
import * as messages from "./messages.ts";
import { HoldLost, type ThreadLoop } from "./thread-loop.ts";

/** Everything people and hosts can tell a thread. */
export function handleMessages(loop: ThreadLoop): void {
  setHandler(messages.viewQuery, () => viewOf(loop.state, loop.doing), { description: "What the thread is right now" });
  setHandler(messages.steerSignal, ({ text }) => {
    loop.state = { ...loop.state, steering: [...loop.state.steering, text] };
  });
  handleUpdates(loop);
  handleDeparture(loop);
  setHandler(messages.heldSignal, (grant) => {
    const claim = [loop.claim, loop.next].find((each) => each?.epoch === grant.epoch);
    if (claim) claim.grant = grant;
  });
  setHandler(messages.hostRestartedSignal, ({ host, incarnation }) => {
    const { hold } = loop.state;
    const gone = hold?.host === host && hold.incarnation !== incarnation;
    if (gone) loop.claim?.lost.reject(new HoldLost("the host's process was restarted"));
  });
}

function handleUpdates(loop: ThreadLoop): void {
  const { handle } = updatesOf(loop);
  handle(messages.pauseUpdate, ({ now }) => {
    if (now) loop.work?.cancel();
    return { ...loop.state, paused: true };
  });
  handle(messages.resumeUpdate, () => ({ ...loop.state, paused: false }));
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
    (request) => refuseHandoff(loop.state, request),
  );
  handle(messages.budgetUpdate, (change) => afterBudgetChange(loop.state, change));
  handle(
    messages.answerUpdate,
    (answer) => afterAnswer(loop.state, answer),
    (answer) => refuseAnswer(loop.state, answer),
  );
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
      if (loop.work === null) loop.doing = doingIn(nextStep(loop.state), loop.state.placement) ?? loop.doing;
      return viewOf(loop.state, loop.doing);
    };
    const validator = (arg: A): void => {
      if (loop.state.settledAt !== null || loop.state.ending?.status === "stopped")
        refuse(`the thread is ${loop.state.ending?.status ?? "settled"}`);
      if (isQuiet(loop.state)) refuse(`it is on its way to ${loop.state.departure?.to ?? "elsewhere"}: tell it there`);
      const why = refusal?.(arg);
      if (why) refuse(why);
    };
    setHandler<ThreadView, [A], UpdateDefinition<ThreadView, [A]>>(update, handler, { validator });
  }
  return { handle };
}

function refuse(message: string): never {
  throw ApplicationFailure.nonRetryable(message, "Conflict");
}
