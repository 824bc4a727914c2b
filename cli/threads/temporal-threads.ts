import type { Client, WorkflowHandle } from "@temporalio/client";
import type { UpdateDefinition } from "@temporalio/common";
import type { DepartureReport } from "../../domain/departure.ts";
import { BatonFailure } from "../../domain/failure.ts";
import type { Steering } from "../../domain/steering.ts";
import type { ThreadStart } from "../../domain/thread-start.ts";
import { settledStatuses, type ThreadView } from "../../domain/thread-view.ts";
import type { TreeView } from "../../domain/fan-out/tree-view.ts";
import {
  answerUpdate,
  cancelDepartureUpdate,
  departedUpdate,
  departureQuery,
  departUpdate,
  leaveUpdate,
  handoffUpdate,
  budgetUpdate,
  pauseUpdate,
  resumeUpdate,
  steerSignal,
  stopUpdate,
  threadWorkflowId,
  treeQuery,
  viewQuery,
} from "../../workflows/messages.ts";
import { explainError } from "./explain-error.ts";
import { describeThread, type ThreadDescription } from "./describe-thread.ts";
import { listThreads, listTree, type ListOptions, type ThreadSummary } from "./list-threads.ts";
import { refuseArrival, type ArrivalState } from "./refuse-arrival.ts";
import { resolveThread } from "./resolve-thread.ts";
import { startArrival, type Arrival } from "./start-arrival.ts";
import { startWorkflow } from "./start-workflow.ts";

const updates = {
  pause: pauseUpdate,
  resume: resumeUpdate,
  stop: stopUpdate,
  budget: budgetUpdate,
  answer: answerUpdate,
  handoff: handoffUpdate,
  depart: departUpdate,
  leave: leaveUpdate,
  departed: departedUpdate,
  cancelDeparture: cancelDepartureUpdate,
};

export type UpdateKind = keyof typeof updates;
export type MessageOf<K extends UpdateKind> = (typeof updates)[K] extends UpdateDefinition<ThreadView, [infer M]> ? M : never;

/** Threads as Temporal keeps them. Calls end within a few seconds, as a result or as a `BatonFailure`. */
export interface Threads {
  list(options: ListOptions): Promise<ThreadSummary[]>;
  /** The id that a name given by a person means. */
  resolve(name: string): Promise<string>;
  describe(thread: string): Promise<ThreadDescription | undefined>;
  /** False when a thread of this id runs or has run. */
  start(start: ThreadStart, identity: string): Promise<boolean>;
  /** Starts a thread that comes from another Temporal Service; again is fine. Conflict when the id is another thread's. */
  arrive(arrival: Arrival): Promise<void>;
  /** Makes sure that a departure to here can arrive no more, unless it has. */
  refuseArrival(thread: string, epoch: number): Promise<ArrivalState>;
  /** How far a move to another Temporal Service is. */
  departure(thread: string): Promise<DepartureReport>;
  /** Asked of the Workflow: settled threads answer as well, as long as a host is up. */
  read(thread: string): Promise<ThreadView>;
  /** Its subagents, asked of the Workflow. */
  tree(thread: string): Promise<TreeView>;
  /** Every subagent of a tree, as lists know them. */
  listTree(root: string): Promise<ThreadSummary[]>;
  /** Gives the view after the change; a thread that refuses says why. */
  update<K extends UpdateKind>(thread: string, kind: K, message: MessageOf<K>): Promise<ThreadView>;
  /** Kept by Temporal until the next prompt, even while no host is up. */
  steer(thread: string, message: Steering): Promise<void>;
}

/** Longest wait for an answer that needs a host; what only the server answers is much quicker. */
const waitMs = 10_000;

export function temporalThreads(client: Client): Threads {
  const bounded = async <T>(call: () => Promise<T>): Promise<T> => {
    try {
      return await client.withDeadline(Date.now() + waitMs, call);
    } catch (error) {
      throw explainError(error);
    }
  };
  const handleOf = (thread: string) => client.workflow.getHandle(threadWorkflowId(thread));
  return {
    list: (options) => bounded(() => listThreads(client, options)),
    resolve: (name) => bounded(() => resolveThread(client, name)),
    describe: (thread) => bounded(() => describeThread(client, thread)),
    start: (start, identity) => bounded(() => startWorkflow(client, start, identity)),
    arrive: (arrival) => bounded(() => startArrival(client, arrival)),
    refuseArrival: (thread, epoch) => bounded(() => refuseArrival(client, { thread, epoch })),
    departure: (thread) => bounded(() => handleOf(thread).query(departureQuery)),
    tree: (thread) => bounded(() => handleOf(thread).query(treeQuery)),
    listTree: (root) => bounded(() => listTree(client, root)),
    read: (thread) => bounded(() => readView(client, thread)),
    update: (thread, kind, message) => bounded(() => handleOf(thread).executeUpdate(updates[kind].name, { args: [message] })),
    steer: (thread, message) => bounded(() => handleOf(thread).signal(steerSignal, message)),
  };
}

async function readView(client: Client, thread: string): Promise<ThreadView> {
  const newest = client.workflow.getHandle(threadWorkflowId(thread));
  const execution = await newest.describe();
  if (execution.memo?.["calledOff"] !== undefined) return await readEarlier(client, thread, execution.memo["before"]);
  return await viewOfRun(newest, execution.status.name);
}

/** A move to here that was called off stands in the way of the visit before it, which still has something to tell. */
async function readEarlier(client: Client, thread: string, run: unknown): Promise<ThreadView> {
  if (typeof run === "string") return await client.workflow.getHandle(threadWorkflowId(thread), run).query(viewQuery);
  throw new BatonFailure("NotFound", `thread ${thread} is not here: a move to here was called off`, {
    next: "look where it was",
  });
}

async function viewOfRun(handle: WorkflowHandle, status: string): Promise<ThreadView> {
  const view = await handle.query(viewQuery);
  const itself = status === "RUNNING" || status === "CONTINUED_AS_NEW" || status === "COMPLETED";
  return itself || settledStatuses.includes(view.status) ? view : endedFromOutside(view, status);
}

/** A Workflow that was terminated in Temporal itself cannot have said so. */
function endedFromOutside(view: ThreadView, execution: string): ThreadView {
  const status = execution === "TERMINATED" || execution === "CANCELLED" ? "stopped" : "failed";
  return { ...view, status, doing: "", reason: `its Workflow ended as ${execution.toLowerCase()} in Temporal`, questions: [] };
}
