import { condition, patched, setHandler } from "@temporalio/workflow";
import { exhausted, wallTimeLeft } from "../domain/budget.ts";
import { afterGranted, afterNews, grantable } from "../domain/fan-out/after-news.ts";
import {
  isMetered,
  startable,
  startableOnDemand,
  taskIn,
  roomFor,
  tasksIn,
  totalSpent,
  type FanOutState,
} from "../domain/fan-out/fan-out-state.ts";
import { afterLeft, afterToldToLeave, leavingThreads } from "../domain/fan-out/leaving.ts";
import { threadsOf, type TaskState } from "../domain/fan-out/task.ts";
import type { SubagentNews } from "../domain/fan-out/tree.ts";
import { treeViewOf } from "../domain/fan-out/tree-view.ts";
import { atTime, type ThreadState } from "../domain/thread.ts";
import * as messages from "./messages.ts";
import { startSubagents } from "./start-subagents.ts";
import { runningThreads, tellSubagent, tellSubagents } from "./tell-subagents.ts";
import type { ThreadLoop } from "./thread-loop.ts";

/** Subagents started in one go: more at once make the server's queues fight over this Workflow. */
const startsAtOnce = 25;
const goodbyeMs = 30_000;
/** How often those are looked for that nobody would hear of if they were ended in Temporal itself. */
const lookMs = 900_000;

/** Starts subagents as places in the window come free and hands out the budget, beside whatever the thread does. */
export function superviseSubagents(loop: ThreadLoop): void {
  setHandler(messages.treeQuery, () => treeViewOf(loop.state), { description: "The subagents and their tasks" });
  setHandler(messages.newsSignal, (news) => takeNews(loop, news));
  void supervise(loop);
  void watchWallTime(loop);
  void lookForSubagents(loop);
}

async function lookForSubagents(loop: ThreadLoop): Promise<void> {
  while (!loop.closing) {
    await condition(() => loop.closing || runningThreads(loop).length > 0);
    if (loop.closing || (await condition(() => loop.closing, lookMs, { summary: "look for its subagents" }))) return;
    adoptSubagents(loop);
  }
}

/** Wakes the thread when its wall time is over: its subagents may have nothing to tell just then. */
async function watchWallTime(loop: ThreadLoop): Promise<void> {
  const left = () => wallTimeLeft(loop.state, Date.now());
  while (!loop.closing) {
    await condition(() => loop.closing || (left() !== undefined && runningThreads(loop).length > 0));
    if (loop.closing || !patched("wall-time-of-tree")) return;
    const { wallTimeMs } = loop.state.budget;
    const changed = () => loop.closing || loop.state.budget.wallTimeMs !== wallTimeMs;
    if (!(await condition(changed, left() ?? 0, { summary: "the wall time of the tree" })))
      loop.state = atTime(loop.state, Date.now());
  }
}

async function supervise(loop: ThreadLoop): Promise<void> {
  const due = () => (loop.closing ? [] : startsDue(loop));
  while (!loop.closing) {
    await condition(() => loop.closing || due().length > 0 || grantable(loop.state).length > 0);
    if (loop.state.budget.wallTimeMs !== undefined && patched("wall-time-of-tree")) loop.state = atTime(loop.state, Date.now());
    grant(loop);
    await Promise.all(due().map((task) => startSubagents(loop, task)));
  }
}

function startsDue(loop: ThreadLoop): readonly TaskState[] {
  const { fanOut, paused, questions, budget } = loop.state;
  // What the agent asks a person in its turn keeps nobody from work.
  if (fanOut === undefined || paused || questions.some(({ kind }) => kind !== "worker")) return [];
  const { parallel, tasks, each } = windowOf(loop.state, fanOut);
  if (exhausted(budget, totalSpent(loop.state)).length > 0) return [];
  const running = tasksIn(fanOut, "running").map((task) => (loop.starting.has(task.key) ? each : threadsOf(task).length));
  const room = roomFor({ parallel, each, running });
  return tasks.filter(({ key }) => !loop.starting.has(key)).slice(0, Math.min(room, startsAtOnce));
}

interface Window {
  /** Subagents at once. */
  readonly parallel: number;
  readonly tasks: readonly TaskState[];
  /** Subagents of one task. */
  readonly each: number;
}

/** A goal's own tasks come first and alone; what its agent asks for in its turns may run until the thread ends. */
function windowOf({ phase, start }: ThreadState, fanOut: FanOutState): Window {
  const { fanOut: policy, subagents } = start.goal;
  if (phase === "fanOut" && policy !== undefined)
    return { parallel: policy.parallel, tasks: startable(fanOut, policy), each: Math.max(1, policy.race.length) };
  return { parallel: subagents?.parallel ?? 0, tasks: phase === "ended" ? [] : startableOnDemand(fanOut), each: 1 };
}

function grant(loop: ThreadLoop): void {
  const granted = loop.closing ? [] : grantable(loop.state);
  loop.state = afterGranted(
    loop.state,
    granted.map(({ thread }) => thread),
  );
  for (const { thread, grant } of granted) tellSubagent(loop, thread, { kind: "turn", grant });
}

/** After continue-as-new: whoever is gone without a word is noticed, and the others tell how they stand. */
export function adoptSubagents(loop: ThreadLoop): void {
  const { start, fanOut } = loop.state;
  if (fanOut === undefined) return;
  const { tree, id: parent } = start;
  const common = { kind: "adopt" as const, parent, root: tree?.root ?? parent };
  const metered = tree?.metered ?? isMetered(loop.state);
  for (const task of tasksIn(fanOut, "running"))
    for (const id of threadsOf(task)) tellSubagent(loop, id, { ...common, key: task.key, metered });
}

function takeNews(loop: ThreadLoop, news: SubagentNews): void {
  const before = taskIn(loop.state, news.key);
  loop.state = afterNews(loop.state, news);
  if (news.now.kind === "settled") loop.state = afterLeft(loop.state, news.thread);
  if (before?.status !== "running" || before.racers === undefined || news.now.kind !== "settled") return;
  if (taskIn(loop.state, news.key)?.status !== "ready") return;
  const losers = threadsOf(before).filter((each) => each !== news.thread);
  loop.state = afterToldToLeave(loop.state, losers);
  for (const loser of losers) tellSubagent(loop, loser, { kind: "stop", reason: `${news.thread} was first` });
}

/** Ends what still runs when the thread itself is over, and waits a while for the last reports. */
export async function endSubagents(loop: ThreadLoop): Promise<void> {
  const gone = () => runningThreads(loop).length === 0 && leavingThreads(loop.state).length === 0;
  if (gone()) return;
  loop.doing = "stopping its subagents";
  tellSubagents(loop, { kind: "stop", reason: `${loop.state.start.id} is over` });
  await condition(gone, goodbyeMs);
}
