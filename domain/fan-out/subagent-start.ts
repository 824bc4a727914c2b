import { keepEnd } from "../bounded-text.ts";
import type { Goal } from "../goal.ts";
import { isMetered } from "./fan-out-state.ts";
import { onDemandGoal } from "./on-demand.ts";
import { renderAgent, renderGoal } from "./render-goal.ts";
import type { Rebase, TaskState } from "./task.ts";
import type { ThreadStart } from "../thread-start.ts";
import type { TreePlace } from "./tree.ts";

const slugLength = 24;
const keyLength = 8;
const evidenceBytes = 6_000;

/** `fix-cart-3f9a01bc`, `…-2` for the second try: equal tasks get equal ids, whoever starts them. */
export function subagentId({ name, key }: Pick<TaskState, "name" | "key">, number: number): string {
  const words = name
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
  const slug = words.slice(0, slugLength).replaceAll(/-+$/g, "");
  const id = `${slug === "" ? "task" : slug}-${key.slice(0, keyLength)}`;
  return number <= 1 ? id : `${id}-${number}`;
}

/** The start of a subagent for a task: the template rendered, on top of the merged stack where its work was refused before. */
export function subagentStart(
  parent: ThreadStart,
  task: TaskState,
  { id, worker }: { readonly id: string; readonly worker?: Goal["agents"]["worker"] },
): ThreadStart {
  const goal = goalOf(parent.goal, task, worker);
  const { rebase, onDemand } = task;
  const base = onDemand?.base ?? rebase?.onto;
  const { tree: above } = parent;
  const tree: TreePlace = {
    root: above?.root ?? parent.id,
    parent: parent.id,
    key: task.key,
    task: task.name,
    depth: (above?.depth ?? 0) + 1,
    metered: above?.metered ?? isMetered(parent.goal),
    startsAtWork: true,
    ...(rebase?.earlier === undefined ? {} : { earlier: rebase.earlier }),
  };
  const { placement, hostLoss } = parent.goal;
  return {
    ...parent,
    id,
    goal: {
      ...goal,
      ...(placement === undefined || goal.placement !== undefined ? {} : { placement }),
      ...(hostLoss === undefined || goal.hostLoss !== undefined ? {} : { hostLoss }),
      ...(rebase?.earlier === undefined ? {} : { background: rebaseBackground(goal, { ...rebase, earlier: rebase.earlier }) }),
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

function rebaseBackground({ background }: Goal, { earlier, text, evidence }: Required<Rebase>): string {
  return [
    ...(background === undefined ? [] : [background]),
    `This task was done before, but that work could not be merged: it ${text}.`,
    `You start from the merged work of the other tasks. The earlier change is commit ${earlier}; git show ${earlier} shows it. Bring it in so that it fits what is merged now, and keep what the others did.`,
    ...(evidence === "" ? [] : [keepEnd(evidence, evidenceBytes)]),
  ].join("\n\n");
}
