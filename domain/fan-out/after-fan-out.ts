import { addSpent } from "../budget.ts";
import { changeTask, tasksIn, type FanOutState } from "./fan-out-state.ts";
import type { Goal } from "../goal.ts";
import type { MergeReport, RefusedMerge } from "./merge.ts";
import type { Choice, Question } from "../question.ts";
import type { Task, TaskState } from "./task.ts";
import { commonCause } from "./fan-out-questions.ts";
import { end, type ThreadState } from "../thread.ts";
import type { Usage } from "../usage.ts";

/** Characters of all evidence that waits for a subagent. */
const evidenceLength = 200_000;

/** The tasks as `listTasks` found them. */
interface Listed {
  readonly tasks: readonly (Task & {
    readonly key: string;
    readonly done?: { readonly thread: string; readonly commit: string };
  })[];
  readonly usage: Usage;
  readonly activeMs: number;
}

/** Takes the tasks in; work that an earlier subagent did for the same task only has to be merged. */
export function afterListed(state: ThreadState, listed: Listed): ThreadState {
  const { fanOut } = state;
  if (fanOut === undefined) return state;
  const tasks = listed.tasks.map(({ key, name, fields, done }): TaskState => {
    const task = { key, name, tries: 0, rebases: 0, fields };
    if (done === undefined) return { ...task, status: "pending", thread: null };
    return { ...task, status: "ready", thread: done.thread, commit: done.commit };
  });
  const { start } = state;
  return {
    ...state,
    start: { ...start, goal: withoutList(start.goal) },
    spent: addSpent(state.spent, listed),
    fanOut: { ...fanOut, listed: true, tasks },
  };
}

/** Tasks that the goal names are in the state now; both together would soon be more than one payload takes. */
function withoutList(goal: Goal): Goal {
  const { fanOut } = goal;
  return fanOut?.tasks.kind === "list" ? { ...goal, fanOut: { ...fanOut, tasks: { kind: "list", tasks: [] } } } : goal;
}

/** Takes in what the merge queue did: refused work is done again on top of the stack, or has failed. */
export function afterMerged(state: ThreadState, report: MergeReport): ThreadState {
  const { fanOut } = state;
  const policy = state.start.goal.fanOut;
  if (fanOut === undefined || policy === undefined) return state;
  const onto = report.checkpoint?.commit ?? state.checkpoint?.commit ?? state.start.repository.base;
  const refused = new Map(boundEvidence(fanOut, report.refused).map((each) => [each.key, each]));
  const tasks = fanOut.tasks.map((task): TaskState => {
    if (report.merged.includes(task.key)) return merged(task);
    const refusal = refused.get(task.key);
    return refusal === undefined ? task : afterRefusal(task, refusal, { onto, rebases: policy.merge.rebases });
  });
  return {
    ...state,
    ...(report.checkpoint === null ? {} : { checkpoint: { ...report.checkpoint, turn: 0 } }),
    ...(report.changes === null ? {} : { changes: report.changes }),
    spent: {
      ...state.spent,
      timeMs: state.spent.timeMs + report.activeMs,
      files: report.changes?.files ?? state.spent.files,
    },
    fanOut: { ...fanOut, tasks, merges: report.merge, knownRed: report.knownRed ?? [] },
  };
}

/** What is told of refusals is carried along until the subagents are started, so all of it is bounded. */
function boundEvidence({ tasks }: FanOutState, refused: readonly RefusedMerge[]): RefusedMerge[] {
  let left = evidenceLength - tasks.reduce((sum, { rebase }) => sum + (rebase?.evidence.length ?? 0), 0);
  return refused.map((each) => {
    const evidence = each.evidence.slice(0, Math.max(0, left));
    left -= evidence.length;
    return { ...each, evidence };
  });
}

function merged({ rebase: _rebase, reason: _reason, cause: _cause, ...task }: TaskState): TaskState {
  return { ...task, status: "merged" };
}

function afterRefusal(
  task: TaskState,
  { why, text, evidence }: RefusedMerge,
  { onto, rebases }: { onto: string; rebases: number },
): TaskState {
  const reason = { conflict: "conflicts with merged work", red: "breaks the merged stack", lost: "is lost" }[why] + `: ${text}`;
  if (task.rebases >= rebases || task.commit === undefined) return { ...task, status: "failed", reason };
  const rebase = { onto, text: reason, evidence, ...(why === "lost" ? {} : { earlier: task.commit }) };
  return { ...task, status: "pending", reason, rebase, rebases: task.rebases + 1 };
}

/** The subagents' part is over: the merged stack is verified and judged as a whole. */
export function finishFanOut(state: ThreadState): ThreadState {
  const { fanOut } = state;
  if (fanOut === undefined) return state;
  const tasks = fanOut.tasks.map((task): TaskState => (task.status === "failed" ? { ...task, status: "left" } : task));
  if (tasksIn(fanOut, "merged").length === 0) {
    const reason = fanOut.tasks[0]?.reason ?? "there was none";
    return end({ ...state, fanOut: { ...fanOut, tasks } }, { status: "failed", reason: `no task was done: ${reason}` });
  }
  return { ...state, phase: "verify", fanOut: { ...fanOut, tasks } };
}

/** What going on means for a question about subagents; questions of other kinds change nothing here. */
export function afterFanOutAnswer(state: ThreadState, question: Question, choice: Choice): ThreadState {
  const { fanOut } = state;
  if (fanOut === undefined) return state;
  const { kind } = question;
  if (kind === "tasks") return { ...state, fanOut: { ...fanOut, approved: true } };
  if (kind === "pilot") return pilotOver(state);
  if (kind === "subagents") return { ...state, fanOut: tryAlikeAgain(fanOut) };
  if (kind !== "failedTasks") return state;
  return choice === "retry" ? { ...state, fanOut: tryFailedAgain(fanOut) } : finishFanOut(state);
}

/** Those that ended are started again; those that wait are told the answer by the Workflow. */
function tryAlikeAgain(fanOut: FanOutState): FanOutState {
  const found = commonCause(fanOut);
  if (found === null) return fanOut;
  const again = found.tasks.reduce(
    (state, { key }) => changeTask(state, key, (task) => (task.status === "failed" ? pendingAgain(task) : task)),
    fanOut,
  );
  return { ...again, causesAsked: [...again.causesAsked, found.cause] };
}

function tryFailedAgain(fanOut: FanOutState): FanOutState {
  return { ...fanOut, tasks: fanOut.tasks.map((task) => (task.status === "failed" ? pendingAgain(task) : task)) };
}

function pendingAgain({ cause: _cause, reason: _reason, ...task }: TaskState): TaskState {
  return { ...task, status: "pending" };
}

export function pilotOver(state: ThreadState): ThreadState {
  return state.fanOut === undefined ? state : { ...state, fanOut: { ...state.fanOut, piloted: true } };
}
