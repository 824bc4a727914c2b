import type { Client, WorkflowHandle } from "@temporalio/client";
import type { UpdateDefinition } from "@temporalio/common";
import type { DepartureReport } from "../../domain/departure.ts";
import type { ThreadStart } from "../../domain/thread-start.ts";
import { settledStatuses, type ThreadView } from "../../domain/thread-view.ts";
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
  viewQuery,
} from "../../workflows/messages.ts";
import { explainError } from "./explain-error.ts";
import { describeThread, type ThreadDescription } from "./describe-thread.ts";
import { listThreads, type ThreadSummary } from "./list-threads.ts";
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
  list(options: { readonly all: boolean }): Promise<ThreadSummary[]>;
  /** The id that a name given by a person means. */
  resolve(name: string): Promise<string>;
  describe(thread: string): Promise<ThreadDescription | undefined>;
  /** False when a thread of this id runs or has run. */
  start(start: ThreadStart, identity: string): Promise<boolean>;
  /** Starts a thread that comes from another Temporal Service; again is fine. Conflict when the id is another thread's. */
  arrive(arrival: Arrival): Promise<void>;
  /** How far a move to another Temporal Service is. */
  departure(thread: string): Promise<DepartureReport>;
  /** Asked of the Workflow: settled threads answer as well, as long as a host is up. */
  read(thread: string): Promise<ThreadView>;
  /** Gives the view after the change; a thread that refuses says why. */
  update<K extends UpdateKind>(thread: string, kind: K, message: MessageOf<K>): Promise<ThreadView>;
  /** Kept by Temporal until the next prompt, even while no host is up. */
  steer(thread: string, message: { readonly text: string; readonly by: string }): Promise<void>;
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
    departure: (thread) => bounded(() => handleOf(thread).query(departureQuery)),
    read: (thread) => bounded(() => readView(handleOf(thread))),
    update: (thread, kind, message) => bounded(() => handleOf(thread).executeUpdate(updates[kind].name, { args: [message] })),
    steer: (thread, message) => bounded(() => handleOf(thread).signal(steerSignal, message)),
  };
}

async function readView(handle: WorkflowHandle): Promise<ThreadView> {
  const [view, execution] = await Promise.all([handle.query(viewQuery), handle.describe()]);
  const status = execution.status.name;
  if (settledStatuses.includes(view.status) || status === "RUNNING" || status === "CONTINUED_AS_NEW") return view;
  return status === "COMPLETED" ? await handle.query(viewQuery) : endedFromOutside(view, status);
}

/** A Workflow that was terminated in Temporal itself cannot have said so. */
function endedFromOutside(view: ThreadView, execution: string): ThreadView {
  const status = execution === "TERMINATED" || execution === "CANCELLED" ? "stopped" : "failed";
  return { ...view, status, doing: "", reason: `its Workflow ended as ${execution.toLowerCase()} in Temporal`, questions: [] };
}
