import type { Spent } from "../budget.ts";
import type { FanOut } from "./fan-out.ts";
import type { Goal } from "../goal.ts";
import type { TaskState } from "./task.ts";
import { addInTree, nothingInTree, ofTree, type TreeSpent } from "./tree.ts";

/** What a thread knows of its subagents; part of its state. */
export interface FanOutState {
  /** Whether the tasks are known. */
  readonly listed: boolean;
  readonly approved: boolean;
  readonly piloted: boolean;
  readonly tasks: readonly TaskState[];
  /** Batches of the merge queue so far. */
  readonly merges: number;
  /** Checks that fail on the merged stack and did so on the base: they refuse nothing. */
  readonly knownRed?: readonly string[];
  /** What all subagents used, their own subagents' use included at the root. */
  readonly spent: TreeSpent;
  /** Newest report of each subagent that still runs. */
  readonly ledger: Readonly<Record<string, TreeSpent>>;
  /** Attempts that wait for the budget, in the order in which they asked. */
  readonly wanting: readonly { readonly thread: string; readonly turn: number; readonly attempt: number }[];
  /** Threads that may make, or make, an attempt which is not accounted for yet. */
  readonly inFlight: readonly string[];
  /** Threads that lost a race and have not settled yet; absent: none. */
  readonly leaving?: readonly string[];
  /** Causes of failure that a person was asked about already. */
  readonly causesAsked: readonly string[];
}

export function freshFanOut(fanOut: FanOut): FanOutState {
  return { ...noSubagents, listed: false, approved: !fanOut.approve, piloted: fanOut.pilot === undefined };
}

/** Of a thread whose agent asks for the first subagent. */
export const noSubagents: FanOutState = {
  listed: true,
  approved: true,
  piloted: true,
  tasks: [],
  merges: 0,
  spent: nothingInTree,
  ledger: {},
  wanting: [],
  inFlight: [],
  causesAsked: [],
};

/** Whether turns of the tree have to be asked for, one by one. */
export function isMetered({ budget }: Pick<Goal, "budget">): boolean {
  return [budget.turns, budget.timeMs, budget.tokens, budget.usd].some((limit) => limit !== undefined);
}

/** What a thread and its subagents used. */
export function totalSpent(state: { readonly spent: Spent; readonly fanOut?: FanOutState }): Spent {
  if (state.fanOut === undefined) return state.spent;
  return { ...state.spent, ...addInTree(ofTree(state.spent), state.fanOut.spent) };
}

/** Tasks that may be started now, apart from how many run already. */
export function startable(state: FanOutState, fanOut: FanOut): readonly TaskState[] {
  if (!state.listed || !state.approved) return [];
  const open = state.piloted ? state.tasks : state.tasks.slice(0, fanOut.pilot?.tasks);
  return open.filter(({ status }) => status === "pending");
}

/** Tasks that a thread's own agent asked for and that wait to be started. */
export function startableOnDemand(state: FanOutState): readonly TaskState[] {
  return tasksIn(state, "pending").filter(({ onDemand }) => onDemand !== undefined);
}

export function tasksIn(state: FanOutState, ...statuses: readonly TaskState["status"][]): readonly TaskState[] {
  return state.tasks.filter(({ status }) => statuses.includes(status));
}

export function taskIn({ fanOut }: { readonly fanOut?: FanOutState }, key: string): TaskState | undefined {
  return fanOut?.tasks.find((task) => task.key === key);
}

/** How many tasks got through so far. */
export function succeeded({ tasks }: FanOutState): number {
  return tasks.filter(({ status }) => status === "ready" || status === "merged").length;
}

export function changeTask(state: FanOutState, key: string, change: (task: TaskState) => TaskState): FanOutState {
  return { ...state, tasks: state.tasks.map((task) => (task.key === key ? change(task) : task)) };
}
