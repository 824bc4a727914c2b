import { expect } from "vitest";
import { afterListed, afterMerged } from "../../domain/fan-out/after-fan-out.ts";
import { afterNews, afterStarted } from "../../domain/fan-out/after-news.ts";
import type { FanOut } from "../../domain/fan-out/fan-out.ts";
import type { RefusedMerge } from "../../domain/fan-out/merge.ts";
import type { SubagentNews } from "../../domain/fan-out/tree.ts";
import type { Goal } from "../../domain/goal.ts";
import { afterHeld, afterOpened, beforeHold } from "../../domain/holds.ts";
import { nextStep } from "../../domain/next-step.ts";
import { ask } from "../../domain/questions.ts";
import type { ThreadState } from "../../domain/thread.ts";
import { noUsage } from "../../domain/usage.ts";
import { goalFor, threadWith } from "./play-thread.ts";

/** A goal that fans out, without tasks. */
export function fanOutGoal(change: Partial<FanOut> = {}, goal: Partial<Goal> = {}): Goal {
  const fanOut: FanOut = {
    tasks: { kind: "list", tasks: [] },
    template: goalFor({ goal: "Do ${task.name}" }),
    parallel: 2,
    order: "listed",
    onTaskFailure: "ask",
    approve: false,
    race: [],
    merge: { verify: [], batch: 16, rebases: 1 },
    ...change,
  };
  return goalFor({ budget: { turnTimeMs: 60_000 }, fanOut, ...goal });
}

export function listed(names: readonly string[], goal?: Goal): ThreadState {
  return listedAs(
    names.map((name) => ({ key: name, name, fields: { name } })),
    goal,
  );
}

export function listedAs(tasks: Parameters<typeof afterListed>[1]["tasks"], goal: Goal = fanOutGoal()): ThreadState {
  const held = afterHeld(beforeHold(threadWith(goal)), { host: "laptop", incarnation: "1" });
  const open = afterOpened(held, { baseTree: "tree-base" });
  expect(nextStep(open).kind).toBe("listTasks");
  return afterListed(open, { tasks, usage: noUsage, activeMs: 0 });
}

export const started = (state: ThreadState, ...keys: string[]) =>
  keys.reduce((all, key) => afterStarted(all, key, [`${key}-1`]), state);

const unspent = { turns: 0, timeMs: 0, tokens: 0 };
export const told = newsWith({ turns: 1, timeMs: 10, tokens: 100 });
export const toldUnspent = newsWith(unspent);

function newsWith(spent: SubagentNews["spent"]) {
  return (state: ThreadState, key: string, now: SubagentNews["now"]) => news(state, { key, now, spent });
}

function news(state: ThreadState, { key, now, spent }: Pick<SubagentNews, "key" | "now" | "spent">) {
  const thread = state.fanOut?.tasks.find((task) => task.key === key)?.thread ?? `${key}-1`;
  return afterNews(state, { thread, parent: state.start.id, key, spent, now });
}

export const achieved = { kind: "settled", status: "achieved", reason: "", commit: "c1", cause: "" } as const;
export const failed = (reason: string, cause = reason) =>
  ({ kind: "settled", status: "failed", reason, commit: "base", cause }) as const;

/** Asks whatever question is due. */
export function asked(state: ThreadState): ThreadState {
  const step = nextStep(state);
  return step.kind === "askAboutTasks" ? ask(state, step.question, 1) : state;
}

export const mergedAll = (state: ThreadState, ...merged: string[]) => refusedAll(state, [], merged);

export const refusedAll = (state: ThreadState, refused: readonly RefusedMerge[], merged: readonly string[] = []) =>
  afterMerged(state, {
    merge: (state.fanOut?.merges ?? 0) + 1,
    checkpoint: { commit: "stack", snapshot: "s", tree: "t" },
    changes: { files: 1, outOfScope: [], outOfScopeCount: 0, restored: [] },
    merged,
    refused,
    verifications: 1,
    activeMs: 5,
  });
