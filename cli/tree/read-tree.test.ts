import { describe, expect, it } from "vitest";
import { BatonFailure } from "../../domain/failure.ts";
import type { TreeView } from "../../domain/fan-out/tree-view.ts";
import type { ThreadSummary } from "../threads/list-threads.ts";
import { readTree } from "./read-tree.ts";

/** Threads by id, each with the names of its tasks, all of which run. */
function threadsWith(trees: Readonly<Record<string, readonly string[]>>) {
  const asked: string[] = [];
  const tree = async (id: string) => {
    asked.push(id);
    const names = trees[id];
    if (names === undefined) throw new BatonFailure("Conflict", "Temporal does not keep it");
    const tasks = names.map((name) => ({ key: "0123456789", name, status: "running", thread: `${name}-01234567` }));
    return { id, root: "cart", tasks } as unknown as TreeView;
  };
  const listed = Object.values(trees).flatMap((names) => names.map((name) => ({ id: `${name}-01234567-2` })));
  return { asked, tree, listTree: async () => listed as unknown as ThreadSummary[] };
}

describe("reading a tree", () => {
  it("asks subagents only when there are threads that do none of its own tasks", async () => {
    const threads = threadsWith({ cart: ["a", "b"], "a-01234567": [] });
    expect((await readTree(threads, "cart")).below).toEqual({});
    expect(threads.asked).toEqual(["cart"]);
  });

  it("has those of subagents to a depth of three, and does without one that is not there yet", async () => {
    const deep = { cart: ["a", "b"], "a-01234567": ["c"], "c-01234567": ["d"], "d-01234567": ["e"] };
    const threads = threadsWith(deep);
    expect(Object.keys((await readTree(threads, "cart")).below)).toEqual(["a-01234567", "c-01234567"]);
    expect(threads.asked).toEqual(["cart", "a-01234567", "b-01234567", "c-01234567"]);
  });

  it("asks twenty of them at most", async () => {
    const names = Array.from({ length: 30 }, (_, index) => `t${index}x`);
    const threads = threadsWith({ cart: names, "t0x-01234567": ["more"] });
    await readTree(threads, "cart");
    expect(threads.asked).toHaveLength(21);
  });
});
