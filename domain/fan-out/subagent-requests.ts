import { oneLine } from "../bounded-text.ts";
import { changeTask, noSubagents, tasksIn, type FanOutState } from "./fan-out-state.ts";
import type { AskedTask } from "./on-demand.ts";
import { ask } from "../questions.ts";
import type { TaskState } from "./task.ts";
import type { ThreadState } from "../thread.ts";
import type { AskedQuestion } from "./worker-questions.ts";

/** What the agent of a running turn asks for, under the epoch of that turn. */
export interface SubagentsRequest {
  readonly epoch: number;
  readonly ask:
    | { readonly kind: "spawn"; readonly tasks: readonly AskedTask[] }
    /** `key` is a digest of turn and text: asked again, it is the same question. */
    | { readonly kind: "question"; readonly key: string; readonly text: string };
}

/** What a thread's agent may know of its subagents and questions. */
export interface SubagentsReport {
  readonly epoch: number;
  readonly tasks: readonly SubagentReport[];
  readonly asked: readonly AskedQuestion[];
}

export interface SubagentReport {
  readonly key: string;
  readonly content: string;
  readonly name: string;
  readonly status: TaskState["status"];
  readonly thread: string | null;
  /** Turn of the parent in which it was asked for last. */
  readonly turn: number;
  readonly base: string;
  readonly commit?: string;
  readonly reason?: string;
}

const referenceLength = 8;

/** What agents call a task by, beside its name. */
export function subagentReference(key: string): string {
  return key.slice(0, referenceLength);
}

const keptQuestions = 20;
const questionLength = 1_000;

/** Why a request is not taken; null when it is. */
export function refuseSubagents(
  state: ThreadState,
  { epoch, ask: asked }: SubagentsRequest,
): { readonly type: "StaleEpoch" | "Conflict"; readonly text: string } | null {
  if (epoch !== state.epoch || state.hold === null || state.phase !== "turn") {
    return { type: "StaleEpoch", text: `epoch ${epoch} of ${state.start.id} is over: this turn does not count any more` };
  }
  const text = asked.kind === "spawn" ? refuseSpawn(state, asked.tasks) : refuseQuestion(state, asked.key);
  return text === null ? null : { type: "Conflict", text };
}

function refuseSpawn(state: ThreadState, tasks: readonly AskedTask[]): string | null {
  const { subagents: policy, agents } = state.start.goal;
  if (policy === undefined) return "the goal lets this thread have no subagents";
  if (state.departure) return `the thread is on its way to ${state.departure.to}, and subagents cannot come along`;
  const unchecked = tasks.find(({ contract }) => contract.verify.length === 0);
  if (unchecked !== undefined && agents.judge.use === "none") {
    return `nothing could tell when "${unchecked.name}" is achieved: give verify, because the goal has no judge`;
  }
  const fresh = tasks.filter((task) => known(state, task) === undefined);
  const before = onDemandTasks(state).length;
  const wanted = before + new Set(fresh.map(({ content }) => content)).size;
  return wanted <= policy.most ? null : `the goal allows ${policy.most} subagents in all; ${before} were asked for before`;
}

function refuseQuestion(state: ThreadState, key: string): string | null {
  const open = state.questions.find(({ kind }) => kind === "worker");
  const same = state.asked?.some((each) => each.key === key);
  return open === undefined || same === true ? null : `${open.id} is not answered yet: ${oneLine(open.text, 200)}`;
}

export function afterSubagentsRequest(state: ThreadState, { ask: asked }: SubagentsRequest, now: number): ThreadState {
  return asked.kind === "spawn" ? asked.tasks.reduce(spawn, state) : question(state, asked, now);
}

function spawn(state: ThreadState, asked: AskedTask): ThreadState {
  const fanOut: FanOutState = state.fanOut ?? noSubagents;
  const turn = state.turn + 1;
  const before = known(state, asked);
  if (before?.onDemand !== undefined) {
    const { onDemand } = before;
    return { ...state, fanOut: changeTask(fanOut, before.key, (task) => ({ ...task, onDemand: { ...onDemand, turn } })) };
  }
  const { key, content, name, contract } = asked;
  const base = state.checkpoint?.commit ?? state.start.repository.base;
  const onDemand = { content, turn, base, contract };
  const task: TaskState = { key, name, status: "pending", thread: null, tries: 0, rebases: 0, onDemand };
  return { ...state, fanOut: { ...fanOut, tasks: [...fanOut.tasks, task] } };
}

/** The task of an equal request that is not ended, or is of the present turn: an attempt tried again asks for it again. */
function known(state: ThreadState, { content }: AskedTask): TaskState | undefined {
  return onDemandTasks(state).find(
    ({ onDemand, status }) =>
      onDemand?.content === content && (status === "pending" || status === "running" || onDemand.turn === state.turn + 1),
  );
}

function question(state: ThreadState, { key, text }: { readonly key: string; readonly text: string }, now: number): ThreadState {
  const { asked = [], start } = state;
  if (asked.some((each) => each.key === key)) return state;
  const next = ask(
    state,
    {
      kind: "worker",
      text: oneLine(text, questionLength),
      facts: [],
      next: `baton answer ${start.id} continue --text "…"`,
    },
    now,
  );
  const id = next.questions.findLast(({ kind }) => kind === "worker")?.id ?? "";
  return { ...next, asked: [...asked, { key, text: oneLine(text, questionLength), question: id }].slice(-keptQuestions) };
}

export function onDemandTasks({ fanOut }: Pick<ThreadState, "fanOut">): readonly TaskState[] {
  return fanOut?.tasks.filter(({ onDemand }) => onDemand !== undefined) ?? [];
}

/** Whether subagents that the agent asked for have still to come back. */
export function awaitsSubagents({ fanOut }: Pick<ThreadState, "fanOut">): boolean {
  return fanOut !== undefined && tasksIn(fanOut, "pending", "running").some(({ onDemand }) => onDemand !== undefined);
}

export function subagentsReport(state: ThreadState): SubagentsReport {
  return { epoch: state.epoch, tasks: subagentReports(state), asked: state.asked ?? [] };
}

export function subagentReports(state: Pick<ThreadState, "fanOut">): readonly SubagentReport[] {
  return onDemandTasks(state).map(({ key, name, status, thread, commit, reason, onDemand }) => ({
    key,
    name,
    status,
    thread,
    content: onDemand?.content ?? "",
    turn: onDemand?.turn ?? 0,
    base: onDemand?.base ?? "",
    ...(commit === undefined ? {} : { commit }),
    ...(reason === undefined ? {} : { reason }),
  }));
}
