import { describe, expect, it } from "vitest";
import { countTasks } from "../../domain/fan-out/task-counts.ts";
import type { TaskView, TreeView } from "../../domain/fan-out/tree-view.ts";
import { plainPaint } from "../output.ts";
import { widthOf } from "../terminal-width.ts";
import { frameTree } from "./frame-tree.ts";
import { renderTree, type Tree } from "./render-tree.ts";

const task = (name: string, change: Partial<TaskView> = {}): TaskView => ({
  key: name,
  name,
  status: "running",
  thread: `${name}-1`,
  tries: 1,
  rebases: 0,
  ...change,
});

function treeOf(tasks: readonly TaskView[], change: Partial<TreeView> = {}): TreeView {
  const counts = countTasks(tasks);
  const spent = { turns: 0, timeMs: 0, tokens: 0 };
  const facts = { id: "cart", root: "cart", listed: true, approved: true, parallel: 8, merges: 0, waitingForBudget: 0 };
  return { ...facts, counts, spent, tasks, ...change };
}

const lines = (view: TreeView, most = 50, below: Tree["below"] = {}) =>
  renderTree({ view, threads: [], below }, { paint: plainPaint, most });
const question = { id: "q1", kind: "tasks", facts: [], choices: ["continue"], turn: 0, askedAt: 0 } as const;

describe("the picture of a tree", () => {
  it("shows what each task would be told until a person approves of them", () => {
    const planned = (name: string, fields: Record<string, string>) => task(name, { status: "pending", thread: null, fields });
    const long = planned("split", { name: "split", note: "one\ntwo\u001b[31m", steps: "s\n".repeat(40) });
    const shown = lines(treeOf([long, planned("other", { name: "other" })], { approved: false }));
    expect(shown.slice(2, 6)).toEqual(["pending  split", "  note: one", "    two", "  steps: s"]);
    expect(shown).toContain("    … 20 lines more");
    expect(shown.at(-1)).toBe("pending  other");
    expect(lines(treeOf([long, long], { approved: false }), 1).at(-1)).toBe("and 1 more");
    expect(lines(treeOf([task("a", { status: "pending", thread: null })]))).toHaveLength(3);
  });

  it("has the subagents of subagents below them", () => {
    const leaf = treeOf([task("leaf")], { id: "twig-1" });
    const below = {
      "branch-1": treeOf([task("twig"), task("done", { status: "achieved" })], { id: "branch-1" }),
      "twig-1": leaf,
    };
    const rows = lines(treeOf([task("branch"), task("other")]), 50, below).slice(2);
    expect(rows.map((row) => /^\w+ +(\w+)/.exec(row)?.[1])).toEqual(["branch", "twig", "leaf", "done", "other"]);
    expect(rows[2]).toMatch(/^running {7}leaf/);
    expect(lines(treeOf([task("branch"), task("other")]), 2, below).at(-1)).toBe("and 3 more");
  });

  it("says whether there are none, or none yet", () => {
    expect(lines(treeOf([]))).toEqual(["cart · it has no subagents"]);
    expect(lines(treeOf([], { listed: false }))).toEqual(["cart · the tasks are not known yet"]);
  });
});

describe("the frame of a live tree", () => {
  const screen = { rows: 12, columns: 30, paint: plainPaint };
  const many = treeOf(
    Array.from({ length: 40 }, (_, index) => task(`数量 ${index}`, { reason: `for a very long reason ${"x".repeat(90)}` })),
  );

  it.each([
    ["short", "Go on?"],
    ["of several lines", "one\ntwo\nthree"],
    ["longer than the screen", "why ".repeat(300)],
  ])("fits the screen with a question that is %s", (_what, text) => {
    const frame = frameTree(
      { view: many, threads: [], below: {} },
      { questions: [{ ...question, text, next: "answer it" }] },
      screen,
    );
    expect(frame.length).toBeLessThan(screen.rows);
    for (const row of frame) {
      expect(widthOf(row)).toBeLessThanOrEqual(screen.columns);
      expect(row).not.toContain("\n");
    }
    expect(frame.at(-1)).toBe("  answer it");
  });

  it("says how many tasks it has no row for", () => {
    const frame = frameTree({ view: many, threads: [], below: {} }, { questions: [] }, screen);
    expect(frame).toHaveLength(11);
    expect(frame.at(-1)).toBe("and 32 more");
  });
});
