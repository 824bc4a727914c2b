import { describe, expect, it } from "vitest";
import { goalFor, threadWith } from "../../test/support/play-thread.ts";
import type { ThreadState } from "../thread.ts";
import { noUsage } from "../usage.ts";
import { afterListed, afterMerged } from "./after-fan-out.ts";
import { afterNews, afterStarted } from "./after-news.ts";
import { afterLeft, afterToldToLeave } from "./leaving.ts";
import { subagentId } from "./subagent-id.ts";
import { mostTaskBytes, mostTasks, type Task, type TaskState } from "./task.ts";
import type { SubagentNews } from "./tree.ts";
import { treeViewOf } from "./tree-view.ts";

/** Temporal takes 2 MB, and a thread has more to carry than its tasks. */
const mostBytes = 1_500_000;
const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value));
const spent = { turns: 12, timeMs: 123_456_789, tokens: 123_456_789, usd: 12.345_678_9 };
const achieved = { kind: "settled", status: "achieved", reason: "", commit: "c".repeat(40), cause: "" } as const;

/** As many tasks as there may be, of as many bytes. */
function mostOfAll(): (Task & { readonly key: string })[] {
  const each = Math.floor(mostTaskBytes / mostTasks) - 1;
  return Array.from({ length: mostTasks }, (_, index) => {
    const name = `task ${index} ${"漢".repeat(20)}`;
    const path = "p".repeat(each - bytesOf({ name, fields: { name, path: "" } }));
    return { key: index.toString(16).padStart(32, "0"), name, fields: { name, path } };
  });
}

function fannedOut(rebases = 1): ThreadState {
  const template = goalFor({ goal: "Do ${task.path}" });
  const policy = { parallel: 200, order: "listed", onTaskFailure: "ask", approve: false, race: [] } as const;
  const merge = { verify: [], batch: 16, rebases };
  const goal = goalFor({ fanOut: { ...policy, tasks: { kind: "list", tasks: [] }, template, merge } });
  const tasks = mostOfAll();
  expect(bytesOf(tasks.map(({ name, fields }) => ({ name, fields })))).toBeGreaterThan(mostTaskBytes * 0.99);
  return afterListed(threadWith(goal), { tasks, usage: noUsage, activeMs: 0 });
}

/** The last task has so many subagents: the first tells its end, then those that lost. With all others it went the same way. */
function settledAll(state: ThreadState, racers: number, now: SubagentNews["now"]): ThreadState {
  const tasks = state.fanOut?.tasks ?? [];
  const { key = "" } = tasks.at(-1) ?? {};
  const ids = tasks.slice(-1).flatMap((task) => Array.from({ length: racers }, (_, index) => subagentId(task, index + 1)));
  const news = { parent: state.start.id, key, spent, now };
  const [first = "", ...losers] = ids;
  const won = afterToldToLeave(afterNews(afterStarted(state, key, ids), { ...news, thread: first }), losers);
  const settled = losers.reduce((each, thread) => afterLeft(afterNews(each, { ...news, thread }), thread), won);
  expect(settled.fanOut).toMatchObject({ ledger: {}, spent: { turns: racers * spent.turns } });
  const alike = (task: TaskState): TaskState => {
    const { key: own, name, fields } = task;
    return { ...settled.fanOut?.tasks.at(-1), key: own, name, ...(fields && { fields }) } as TaskState;
  };
  return { ...settled, fanOut: { ...settled.fanOut!, tasks: tasks.map(alike) } };
}

describe("what a coordinator of 2,000 tasks carries along", () => {
  it("stays below what Temporal takes when all fail for long reasons", () => {
    const reason = `\u0001"\\${"理由".repeat(150)}`;
    const now = { ...achieved, status: "failed", reason, commit: "", cause: "0123456789abcdef" };
    expect(bytesOf(settledAll(fannedOut(), 1, now))).toBeLessThan(mostBytes);
  });

  it("stays below it when eight raced for each, and still tells which", () => {
    const state = settledAll(fannedOut(), 8, achieved);
    expect(bytesOf(state)).toBeLessThan(mostBytes);
    const last = treeViewOf(state).tasks.at(-1);
    expect(last?.racers).toHaveLength(8);
    expect(last?.racers).toContain(last?.thread);
  });

  it.each([0, 1])("stays below it when no work can be merged, with %i rebases", (rebases) => {
    const ready = settledAll(fannedOut(rebases), 1, achieved);
    const evidence = '"\n\\'.repeat(2_000);
    const text = "路径/".repeat(100);
    const refused = (ready.fanOut?.tasks ?? []).map(({ key }) => ({ key, why: "conflict" as const, text, evidence }));
    const report = { merge: 1, checkpoint: null, changes: null, merged: [], refused, verifications: 0, activeMs: 0 };
    const state = afterMerged(ready, report);
    expect(new Set(state.fanOut?.tasks.map(({ status }) => status))).toEqual(new Set([rebases > 0 ? "pending" : "failed"]));
    expect(bytesOf(state)).toBeLessThan(mostBytes);
  });
});
