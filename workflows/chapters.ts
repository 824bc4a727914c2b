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
import { totalSpent } from "../domain/fan-out/fan-out-state.ts";
import { doingIn } from "../domain/doing.ts";
import { newsAtStart } from "../domain/fan-out/news.ts";
import { openThread } from "../domain/thread.ts";
import { statusOf, viewOf } from "../domain/view.ts";
import { searchAttributes } from "./search-attributes.ts";
import type { ThreadResult } from "../domain/thread-result.ts";
import type { ThreadInput, ThreadLoop } from "./thread-loop.ts";

/** Turn and cost may lag in lists by this much: every upsert is an event in the history. */
const upsertEveryMs = 30_000;

export function startLoop(input: ThreadInput): ThreadLoop {
  const state = "state" in input ? input.state : openThread(input.start, Date.now());
  const known = "state" in input ? null : newsAtStart(input.start);
  return {
    state,
    doing: "opening",
    claim: null,
    next: null,
    work: null,
    turnAtStart: state.turn,
    listed: null,
    starting: new Set(),
    orders: new Map(),
    telling: Promise.resolve(),
    told: known === null ? "" : JSON.stringify(known),
    closing: false,
  };
}

/** Keeps Temporal UI and lists in step with the thread. */
export function tellPeople(loop: ThreadLoop, step: Step): void {
  loop.doing = doingIn(step, loop.state) ?? loop.doing;
  showChange(loop);
}

/** After what happens beside the steps. */
export function showChange(loop: ThreadLoop): void {
  setCurrentDetails(currentDetails(viewOf(loop.state, loop.doing)));
  list(loop);
}

function list(loop: ThreadLoop): void {
  const { state } = loop;
  const now = Date.now();
  const { listed } = loop;
  // A settled thread stays listed where it worked last.
  const last = state.settledAt === null ? "" : (listed?.host ?? "");
  const where = state.hold?.host ?? state.departure?.to ?? last;
  const place = `${statusOf(state)} ${where}`;
  const { turns, usd = 0 } = totalSpent(state);
  const turn = state.fanOut === undefined ? state.turn : turns;
  const numbers = `${turn} ${usd}`;
  const stale =
    listed === null ||
    listed.place !== place ||
    (listed.numbers !== numbers && now - listed.at >= upsertEveryMs) ||
    state.settledAt !== null;
  if (!stale) return;
  loop.listed = { place, host: where, numbers, at: now };
  upsertSearchAttributes([
    { key: searchAttributes.status, value: statusOf(state) },
    { key: searchAttributes.host, value: where },
    { key: searchAttributes.turn, value: turn },
    { key: searchAttributes.cost, value: usd },
  ]);
}

/** What is still to be told while others are waited for is waited for as well. */
export async function allTold(loop: ThreadLoop): Promise<void> {
  let told: Promise<void> | undefined;
  while (told !== loop.telling) {
    told = loop.telling;
    await condition(allHandlersFinished);
    await told;
  }
}

/** Goes on as a new run of the same Workflow; the memo is passed on because the server would drop its changes. */
export async function continueThread(loop: ThreadLoop): Promise<never> {
  loop.closing = true;
  await condition(() => loop.starting.size === 0);
  await allTold(loop);
  const { memo } = workflowInfo();
  const next = makeContinueAsNewFunc<(input: ThreadInput) => Promise<ThreadResult>>(memo === undefined ? {} : { memo });
  return next({ state: loop.state });
}
