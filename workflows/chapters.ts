import {
  allHandlersFinished,
  condition,
  makeContinueAsNewFunc,
  setCurrentDetails,
  upsertSearchAttributes,
  workflowInfo,
} from "@temporalio/workflow";
import { currentDetails } from "../domain/current-details.ts";
import type { Step } from "../domain/next-step.ts";
import { doingIn } from "../domain/doing.ts";
import type { ThreadState } from "../domain/thread.ts";
import { statusOf, viewOf } from "../domain/view.ts";
import { searchAttributes } from "./search-attributes.ts";
import type { ThreadResult } from "../domain/thread-result.ts";
import type { ThreadInput, ThreadLoop } from "./thread-loop.ts";

/** Turn and cost may lag in lists by this much: every upsert is an event in the history. */
const upsertEveryMs = 30_000;

export function startLoop(state: ThreadState): ThreadLoop {
  return { state, doing: "opening", claim: null, next: null, work: null, turnAtStart: state.turn, listed: null };
}

/** Keeps Temporal UI and lists in step with the thread. */
export function tellPeople(loop: ThreadLoop, step: Step): void {
  loop.doing = doingIn(step, loop.state.placement) ?? loop.doing;
  setCurrentDetails(currentDetails(viewOf(loop.state, loop.doing)));
  list(loop);
}

function list(loop: ThreadLoop): void {
  const { state } = loop;
  const now = Date.now();
  const where = state.hold?.host ?? state.departure?.to ?? "";
  const place = `${statusOf(state)} ${where}`;
  const numbers = `${state.turn} ${state.spent.usd ?? 0}`;
  const { listed } = loop;
  const stale =
    listed === null ||
    listed.place !== place ||
    (listed.numbers !== numbers && now - listed.at >= upsertEveryMs) ||
    state.settledAt !== null;
  if (!stale) return;
  loop.listed = { place, numbers, at: now };
  upsertSearchAttributes([
    { key: searchAttributes.status, value: statusOf(state) },
    { key: searchAttributes.host, value: where },
    { key: searchAttributes.turn, value: state.turn },
    { key: searchAttributes.cost, value: state.spent.usd ?? 0 },
  ]);
}

/** Goes on as a new run of the same Workflow; the memo is passed on because the server would drop its changes. */
export async function continueThread(loop: ThreadLoop): Promise<never> {
  await condition(allHandlersFinished);
  const { memo } = workflowInfo();
  const next = makeContinueAsNewFunc<(input: ThreadInput) => Promise<ThreadResult>>(memo === undefined ? {} : { memo });
  return next({ state: loop.state });
}
