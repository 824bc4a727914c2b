import { keepEnd } from "../bounded-text.ts";
import type { Goal } from "../goal.ts";
import { isMetered } from "./fan-out-state.ts";
import { onDemandGoal } from "./on-demand.ts";
import { renderAgent, renderGoal } from "./render-goal.ts";
import type { Rebase, TaskState } from "./task.ts";
import type { ThreadStart } from "../thread-start.ts";
import type { TreePlace } from "./tree.ts";

const evidenceBytes = 6_000;

/** The start of a subagent for a task: the template rendered, on top of `stack`, what is merged by now, where its work was refused before. */
export function subagentStart(
  parent: ThreadStart,
  task: TaskState,
  { id, worker, stack }: { readonly id: string; readonly worker?: Goal["agents"]["worker"]; readonly stack?: string },
): ThreadStart {
  const goal = goalOf(parent.goal, task, worker);
  const { rebase, onDemand, commit: earlier } = task;
  const base = onDemand?.base ?? (rebase === undefined ? undefined : stack);
  const { tree: above } = parent;
  const tree: TreePlace = {
    root: above?.root ?? parent.id,
    parent: parent.id,
    key: task.key,
    task: task.name,
    depth: (above?.depth ?? 0) + 1,
    metered: above?.metered ?? isMetered(parent.goal),
    startsAtWork: true,
    ...(rebase === undefined || earlier === undefined ? {} : { earlier }),
  };
  const { placement, hostLoss } = parent.goal;
  return {
    ...parent,
    id,
    goal: {
      ...goal,
      ...(placement === undefined || goal.placement !== undefined ? {} : { placement }),
      ...(hostLoss === undefined || goal.hostLoss !== undefined ? {} : { hostLoss }),
      ...(rebase === undefined || earlier === undefined ? {} : { background: rebaseBackground(goal, rebase, earlier) }),
    },
    repository: base === undefined ? parent.repository : { ...parent.repository, base },
    branch: `baton/${id}`,
    tree,
  };
}

function goalOf(parent: Goal, task: TaskState, worker: Goal["agents"]["worker"] | undefined): Goal {
  const { contract } = task.onDemand ?? {};
  if (contract !== undefined) return onDemandGoal(parent, contract);
  const content = { name: task.name, fields: task.fields ?? {} };
  const racer = worker === undefined ? undefined : renderAgent(worker, content, "race");
  return withWorker(renderGoal(parent.fanOut?.template ?? parent, content), racer);
}

function withWorker(goal: Goal, worker: Goal["agents"]["worker"] | undefined): Goal {
  return worker === undefined ? goal : { ...goal, agents: { ...goal.agents, worker } };
}

function rebaseBackground({ background }: Goal, { text, evidence = "" }: Rebase, earlier: string): string {
  return [
    ...(background === undefined ? [] : [background]),
    `This task was done before, but that work could not be merged: it ${text}.`,
    `You start from the merged work of the other tasks. The earlier change is commit ${earlier}; git show ${earlier} shows it. Bring it in so that it fits what is merged now, and keep what the others did.`,
    ...(evidence === "" ? [] : [keepEnd(evidence, evidenceBytes)]),
  ].join("\n\n");
}
