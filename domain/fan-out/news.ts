import { oneLine } from "../bounded-text.ts";
import { textSignature } from "../failure-signature.ts";
import { nextStep } from "../next-step.ts";
import { isSettled, type ThreadState } from "../thread.ts";
import { maskValues, taskValues } from "./mask-values.ts";
import { ofTree, type SubagentNews, type SubagentState } from "./tree.ts";

const textLength = 300;

/** What a subagent has to tell of its present state; null in a thread that nobody started. */
export function newsOf(state: ThreadState): SubagentNews | null {
  const { tree, id: thread } = state.start;
  if (tree === undefined) return null;
  return { thread, parent: tree.parent, key: tree.key, spent: ofTree(state.spent), now: stateOf(state) };
}

/** What a thread's parent takes for granted when the thread starts; null when it waits to be told. */
export function newsAtStart({ tree }: ThreadState["start"]): SubagentState | null {
  return tree?.startsAtWork === true ? { kind: "working" } : null;
}

function stateOf(state: ThreadState): SubagentState {
  const { ending, checkpoint, start, questions, verification } = state;
  if (isSettled(state) && ending !== null) {
    const { status, reason } = ending;
    const commit = checkpoint?.commit ?? start.repository.base;
    return { kind: "settled", status, reason: oneLine(reason, textLength), commit, cause: causeOfEnd(state) };
  }
  const question = questions[0];
  if (question !== undefined) {
    const signature = question.kind === "noProgress" ? (verification?.signature ?? "") : "";
    return {
      kind: "stuck",
      text: oneLine(question.text, textLength),
      cause: signature || alike(state, `${question.kind}: ${question.text}`),
    };
  }
  const step = nextStep(state);
  return step.kind === "wantTurn" ? { kind: "wantsTurn", turn: step.turn, attempt: step.attempt } : { kind: "working" };
}

/** A person's or the parent's stop is no failure that others could share. */
function causeOfEnd(state: ThreadState): string {
  const { ending, verification } = state;
  if (ending?.status !== "failed") return "";
  return verification?.signature ? verification.signature : alike(state, ending.reason);
}

/** Numbers, and what names the task or its thread, differ between subagents that fail alike. */
function alike({ start }: ThreadState, text: string): string {
  const own = [
    ["<thread>", start.id],
    ["${task.name}", start.tree?.task ?? ""],
  ] as const;
  return textSignature(maskValues(text, [...taskValues(start.goal.agents.worker.env), ...own]));
}
