import { defineQuery, defineSignal, defineUpdate } from "@temporalio/workflow";
import type { BudgetChange } from "../domain/budget.ts";
import type { Steering } from "../domain/steering.ts";
import type { CancelDeparture, DepartRequest, DepartureReport } from "../domain/departure.ts";
import type { HandoffRequest } from "../domain/handoff.ts";
import type { Answer } from "../domain/question.ts";
import type { ThreadView } from "../domain/thread-view.ts";
import type { SubagentsReport, SubagentsRequest } from "../domain/fan-out/subagent-requests.ts";
import type { SubagentNews, TreeOrder } from "../domain/fan-out/tree.ts";
import type { TreeView } from "../domain/fan-out/tree-view.ts";

/** Workflow type, id prefix and Task Queue of threads. */
export const threadWorkflowType = "thread";
export const threadWorkflowId = (thread: string) => `thread/${thread}`;
export const threadOfWorkflow = (workflowId: string) => workflowId.slice(threadWorkflowId("").length);
export const workflowTaskQueue = "baton";
export const poolTaskQueue = (label: string) => `pool.${label}`;
export const hostTaskQueue = (host: string) => `host.${host}`;

export interface HoldGrant {
  readonly host: string;
  readonly epoch: number;
  /** Changes with every start of the host's process. */
  readonly incarnation: string;
}

export const viewQuery = defineQuery<ThreadView>("view");

/** Taken into the next prompt. A Signal, so that it is kept while no Worker is up. */
export const steerSignal = defineSignal<[Steering]>("steer");
/** A host gave this thread a place. */
export const heldSignal = defineSignal<[HoldGrant]>("held");
/** A host's process started again: whatever the thread had running there is gone. */
export const hostRestartedSignal = defineSignal<[{ host: string; incarnation: string }]>("hostRestarted");

/** `now` interrupts the running turn; otherwise the pause begins when the turn has ended. */
export const pauseUpdate = defineUpdate<ThreadView, [{ now: boolean; by: string }]>("pause");
export const resumeUpdate = defineUpdate<ThreadView, [{ by: string }]>("resume");
export const stopUpdate = defineUpdate<ThreadView, [{ reason: string; by: string }]>("stop");
export const budgetUpdate = defineUpdate<ThreadView, [BudgetChange]>("budget");
export const handoffUpdate = defineUpdate<ThreadView, [HandoffRequest]>("handoff");
/** Asks for a move to another Temporal Service; the one who asks then copies the work and starts the thread there. */
export const departUpdate = defineUpdate<ThreadView, [DepartRequest]>("depart");
/** The point of no return, right before the thread is started over there. */
export const leaveUpdate = defineUpdate<ThreadView, [{ epoch: number }]>("leave");
/** It runs over there. */
export const departedUpdate = defineUpdate<ThreadView, [{ epoch: number; link: string }]>("departed");
export const cancelDepartureUpdate = defineUpdate<ThreadView, [CancelDeparture]>("cancelDeparture");
export const departureQuery = defineQuery<DepartureReport>("departure");
export const answerUpdate = defineUpdate<ThreadView, [Answer]>("answer");
/** The agent of a running turn asks for subagents, or asks a person. */
export const subagentsUpdate = defineUpdate<SubagentsReport, [SubagentsRequest]>("subagents");
/** How the subagents stand that the agent asked for. */
export const subagentsQuery = defineQuery<SubagentsReport>("subagentsReport");
/** A subagent, or one of a subagent's own, tells how it stands. */
export const newsSignal = defineSignal<[SubagentNews]>("subagentNews");
/** The thread that started a subagent tells it what to do. */
export const orderSignal = defineSignal<[TreeOrder]>("treeOrder");
export const treeQuery = defineQuery<TreeView>("tree");
