import { CancellationScope, condition, sleep } from "@temporalio/workflow";
import type { Step } from "../domain/next-step.ts";
import type { ThreadState } from "../domain/thread.ts";
import { answerWaitSummary, backOffSummary, pauseWaitSummary } from "../domain/summaries.ts";
import { releaseHold } from "./hold.ts";
import type { ThreadLoop } from "./thread-loop.ts";

/** For threads whose start does not say. */
const defaultKeepPlaceMs = 120_000;

/** Waits until anything about the thread changes; the loop then decides anew. */
export async function waitForPeople(loop: ThreadLoop, reason: "answer" | "resume"): Promise<void> {
  const before = loop.state;
  const changed = () => loop.state !== before;
  if (loop.state.hold) {
    // For a while the place is kept, so that a quick answer costs nothing.
    const keepPlaceMs = keepPlaceMsOf(loop.state);
    const summary = reason === "answer" ? answerWaitSummary(loop.state.questions[0]?.text ?? "") : pauseWaitSummary();
    if (await condition(changed, keepPlaceMs, { summary })) return;
    await releaseHold(loop, false);
    return;
  }
  await condition(changed);
}

/** Waits a rate limit or an outage out; a person who changes anything is heard at once. */
export async function waitOut(loop: ThreadLoop, step: Extract<Step, { kind: "backOff" }>): Promise<void> {
  loop.doing = `waiting ${Math.ceil(step.waitMs / 1000)} s: ${step.reason}`;
  const timer = new CancellationScope();
  const over = timer
    .run(() => sleep(step.waitMs, { summary: backOffSummary(step) }))
    .then(
      () => true,
      () => true,
    );
  const finished = { yes: false };
  void over.then(() => (finished.yes = true));
  await condition(
    () =>
      finished.yes ||
      loop.state.phase === "ended" ||
      loop.state.paused ||
      loop.state.departure !== undefined ||
      loop.state.handoff?.phase === "ready",
  );
  timer.cancel();
  if (finished.yes) loop.state = { ...loop.state, backOff: null };
}

/** How long a thread that waits keeps its place. */
export function keepPlaceMsOf({ start }: ThreadState): number {
  return start.timing.keepPlaceMs ?? defaultKeepPlaceMs;
}
