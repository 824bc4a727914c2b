import { describe, expect, it } from "vitest";
import { countTasks } from "../../domain/fan-out/task-counts.ts";
import type { TaskView, TreeView } from "../../domain/fan-out/tree-view.ts";
import { plainPaint } from "../output.ts";
import { renderTree } from "./render-tree.ts";

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

const lines = (view: TreeView, most = 50) => renderTree({ view, threads: [] }, { paint: plainPaint, most });

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
});
