import { oneLine, utf8Bytes } from "../domain/bounded-text.ts";
import type { ThreadStart } from "../domain/thread-start.ts";
import { searchAttributes } from "./search-attributes.ts";

/** What lists and later runs of the same goal read without asking the Workflow. */
export interface ThreadMemo extends Record<string, unknown> {
  readonly identity: string;
  readonly title: string;
  /** Id under which the hub keeps the repository. */
  readonly repository: string;
  /** ISO 8601. */
  readonly openedAt: string;
}

// Temporal takes 200 bytes; cut by characters first, because people read it.
const maxSummaryBytes = 190;

/** Temporal serves lower numbers first: what a person started and may wait for goes before the subagents of all trees. */
const priorityKeys = { root: 2, subagent: 4 } as const;
const maxFairnessKey = 64;

/** How a thread's Workflow is presented to Temporal when it is started, by a person or as a subagent. */
export function startedThread(start: ThreadStart, about: { readonly identity: string; readonly openedAt: string }) {
  const title = titleOf(start);
  const memo: ThreadMemo = { ...about, title, repository: start.repository.id };
  return {
    staticSummary: title,
    memo,
    typedSearchAttributes: startAttributes(start),
    priority: {
      priorityKey: start.tree === undefined ? priorityKeys.root : priorityKeys.subagent,
      // Trees share the hosts, however many subagents each has.
      fairnessKey: rootOf(start).slice(0, maxFairnessKey),
    },
  };
}

export function startAttributes(start: ThreadStart) {
  const { goal, repository, owner, tree } = start;
  return [
    { key: searchAttributes.status, value: "running" },
    { key: searchAttributes.repository, value: repository.name },
    { key: searchAttributes.agent, value: goal.agents.worker.use },
    { key: searchAttributes.host, value: "" },
    { key: searchAttributes.owner, value: owner },
    { key: searchAttributes.turn, value: 0 },
    { key: searchAttributes.cost, value: 0 },
    ...(tree === undefined ? [] : [{ key: searchAttributes.root, value: tree.root }]),
  ];
}

function rootOf({ id, tree }: ThreadStart): string {
  return tree?.root ?? id;
}

function titleOf({ goal }: ThreadStart): string {
  let text = oneLine(goal.goal, 180);
  while (utf8Bytes(text) > maxSummaryBytes) text = oneLine(text, Array.from(text).length - 1);
  return text;
}
