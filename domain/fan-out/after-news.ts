import { lineWithin } from "../bounded-text.ts";
import { exhausted } from "../budget.ts";
import { changeTask, succeeded, totalSpent, type FanOutState } from "./fan-out-state.ts";
import { leavingThreads } from "./leaving.ts";
import { subagentNumber } from "./subagent-id.ts";
import { reasonBytes, threadsOf, type TaskState } from "./task.ts";
import type { ThreadState } from "../thread.ts";
import { addInTree, nothingInTree, sinceInTree, type SubagentNews, type TurnGrant } from "./tree.ts";

/** A subagent was started for a task, or several that race. */
export function afterStarted(state: ThreadState, key: string, threads: readonly string[]): ThreadState {
  const { fanOut } = state;
  const [first, ...others] = threads;
  if (fanOut === undefined || first === undefined) return state;
  const started = changeTask(fanOut, key, ({ succeededBefore: _before, racers: _racers, raced: _raced, ...task }) => ({
    ...calm(task),
    status: "running",
    thread: first,
    tries: task.tries + 1,
    ...(others.length === 0 ? {} : { racers: threads }),
  }));
  return { ...state, fanOut: started };
}

/** Takes in what a subagent, or one of a subagent's own, tells. */
export function afterNews(state: ThreadState, news: SubagentNews): ThreadState {
  if (state.fanOut === undefined) return state;
  const own = news.parent === state.start.id;
  const over = own && !state.fanOut.tasks.some((task) => task.key === news.key && isAtWork(task, news.thread));
  // A loser that runs on for a while is accounted for; what is told once more by one that has settled was accounted for.
  if (over && !leavingThreads(state).includes(news.thread)) return state;
  const accounted = account(state.fanOut, news, over);
  if (!own || over) return { ...state, fanOut: accounted };
  const successes = succeeded(accounted);
  return { ...state, fanOut: changeTask(accounted, news.key, (task) => since(successes, task, taskAfter(task, news))) };
}

/** Whether the thread is one of the subagents that work at the task right now. */
export function isAtWork(task: TaskState, thread: string): boolean {
  return task.status === "running" && threadsOf(task).includes(thread);
}

/** How many had got through when the task met its cause: what was before it says nothing about it. */
function since(successes: number, before: TaskState, { succeededBefore: _before, ...task }: TaskState): TaskState {
  if (!task.cause) return task;
  return { ...task, succeededBefore: before.cause === task.cause ? (before.succeededBefore ?? successes) : successes };
}

/** Another is started under the next id, or the rest of a race decides. */
function taken(task: TaskState, thread: string): TaskState {
  const running = threadsOf(task).filter((each) => each !== thread);
  if (running[0] !== undefined) return { ...task, racers: running, thread: running[0] };
  const { racers: _racers, ...rest } = task;
  return { ...rest, status: "pending", thread: null };
}

function account(fanOut: FanOutState, { thread, spent, now }: SubagentNews, over: boolean): FanOutState {
  const { [thread]: before = nothingInTree, ...ledger } = fanOut.ledger;
  const goesOn = now.kind !== "settled" && now.kind !== "taken";
  const others = fanOut.wanting.filter((each) => each.thread !== thread);
  return {
    ...fanOut,
    spent: addInTree(fanOut.spent, sinceInTree(spent, before)),
    ledger: goesOn ? { ...ledger, [thread]: spent } : ledger,
    wanting: now.kind === "wantsTurn" && !over ? [...others, { thread, turn: now.turn, attempt: now.attempt }] : others,
    // One that only says that it is at work now has its attempt before it.
    inFlight: now.kind === "working" ? fanOut.inFlight : fanOut.inFlight.filter((each) => each !== thread),
  };
}

function taskAfter(task: TaskState, { thread, now }: SubagentNews): TaskState {
  switch (now.kind) {
    case "wantsTurn":
    case "working":
      return calm(task);
    case "taken":
      return taken(task, thread);
    case "stuck":
      return { ...task, reason: short(now.text), cause: short(now.cause) };
    case "settled":
      return settled(task, thread, now);
  }
}

function settled(task: TaskState, thread: string, now: Extract<SubagentNews["now"], { kind: "settled" }>): TaskState {
  const { onDemand } = task;
  if (onDemand !== undefined) return settledOnDemand({ ...task, onDemand }, thread, now);
  const { racers = [], ...decided } = calm(task);
  if (now.status === "achieved") {
    const raced = racers.length < 2 ? {} : { raced: racers.map((racer) => subagentNumber(task, racer)) };
    return { ...decided, ...raced, status: "ready", thread, commit: now.commit };
  }
  const running = racers.filter((each) => each !== thread);
  // The others of a race may still make it.
  if (running[0] !== undefined) return { ...task, racers: running, thread: running[0] };
  return { ...decided, status: "failed", thread, reason: short(now.reason), cause: short(now.cause) };
}

function short(text: string): string {
  return lineWithin(text, reasonBytes);
}

/** The agent takes the work, also what there is of a task that failed. */
function settledOnDemand(
  task: TaskState & Pick<Required<TaskState>, "onDemand">,
  thread: string,
  { status, commit, reason }: Extract<SubagentNews["now"], { kind: "settled" }>,
): TaskState {
  const { contract: _contract, ...onDemand } = task.onDemand;
  const work = commit === "" || commit === onDemand.base ? {} : { commit };
  const how: Pick<TaskState, "status" | "reason"> =
    status === "achieved" ? { status } : { status: "failed", reason: short(reason) };
  return { ...calm(task), onDemand, thread, ...work, ...how };
}

function calm({ reason: _reason, cause: _cause, ...task }: TaskState): TaskState {
  return task;
}

/** The attempts that the budget has room for: what is in flight counts as an average turn each. */
export function grantable(state: ThreadState): readonly { readonly thread: string; readonly grant: TurnGrant }[] {
  const { fanOut, budget } = state;
  if (fanOut === undefined || state.paused || state.start.tree !== undefined) return [];
  // The attempt that asked for them, or that is due again.
  const own = state.phase === "turn" && state.attempt > 0 ? 1 : 0;
  const granted: { thread: string; grant: TurnGrant }[] = [];
  const spent = totalSpent(state);
  const mean = (used: number) => (spent.turns === 0 ? 0 : used / spent.turns);
  for (const { thread, turn, attempt } of fanOut.wanting) {
    const flying = own + fanOut.inFlight.length + granted.length;
    const foreseen = {
      ...spent,
      turns: spent.turns + flying,
      timeMs: spent.timeMs + flying * mean(spent.timeMs),
      tokens: spent.tokens + flying * mean(spent.tokens),
      ...(spent.usd === undefined ? {} : { usd: spent.usd + flying * mean(spent.usd) }),
    };
    if (exhausted(budget, foreseen).length > 0) break;
    granted.push({ thread, grant: { turn, attempt, ...roomOf(state) } });
  }
  return granted;
}

export function afterGranted(state: ThreadState, threads: readonly string[]): ThreadState {
  const { fanOut } = state;
  if (fanOut === undefined || threads.length === 0) return state;
  const wanting = fanOut.wanting.filter(({ thread }) => !threads.includes(thread));
  return { ...state, fanOut: { ...fanOut, wanting, inFlight: [...fanOut.inFlight, ...threads] } };
}

function roomOf(state: ThreadState): Pick<TurnGrant, "timeMs" | "tokens" | "usd"> {
  const { budget } = state;
  const spent = totalSpent(state);
  const limited = (["timeMs", "wallTimeMs"] as const).filter((dimension) => budget[dimension] !== undefined);
  const timesLeft = limited.map((dimension) => (budget[dimension] ?? 0) - spent[dimension]);
  return {
    ...(timesLeft.length === 0 ? {} : { timeMs: Math.min(...timesLeft) }),
    ...(budget.tokens === undefined ? {} : { tokens: budget.tokens - spent.tokens }),
    ...(budget.usd === undefined ? {} : { usd: budget.usd - (spent.usd ?? 0) }),
  };
}
