import { expect, it } from "vitest";
import type { Goal } from "../../domain/goal.ts";
import { taskKey } from "./task-key.ts";

const check = { name: "tests", run: "npm test", timeoutMs: 1 };
const metric = { source: { kind: "json", path: "a" }, unit: "ms" } as const;

const rendered: Goal = {
  goal: "Mend a",
  scope: { allow: ["a"], protect: [] },
  done: ["a works"],
  verify: [{ ...check, metric }],
  agents: { worker: { use: "codex", args: [], env: [] }, judge: { use: "none" } },
  budget: { turns: 3, turnTimeMs: 1 },
  // oxlint-disable-next-line unicorn/no-thenable -- the goal's own word
  onFailure: { sameFailure: 3, noProgress: 5, then: "stop" },
  risk: [],
  deliver: {},
};
const task = { name: "a", fields: { name: "a", path: "src/a" } };
const repository = { id: "cart-12345678" };
const key = (change: Partial<Goal> = {}) => taskKey({ repository, rendered: { ...rendered, ...change }, task });

it("a task's key is 32 hex digits, and stays what it is from one version to the next", () => {
  expect(key()).toMatchInlineSnapshot(`"779e33c778d346d46d05d56369c574c9"`);
});

it("the same work has the same key, whoever does it, in whatever order it is written", () => {
  const { goal, ...rest } = rendered;
  expect(taskKey({ repository, rendered: { ...rest, goal }, task: { name: "b", fields: { path: "src/a", name: "a" } } })).toBe(
    key(),
  );
  expect(key({ budget: { turnTimeMs: 2 }, risk: ["x"], agents: { ...rendered.agents, judge: { use: "none" } } })).toBe(key());
  const reordered = { unit: "ms", source: { path: "a", kind: "json" } } as const;
  expect(key({ verify: [{ timeoutMs: 9, metric: reordered, run: "npm test", name: "tests", env: ["A=b"] }] })).toBe(key());
});

it("other work has another key", () => {
  const keys = [
    key(),
    key({ goal: "Mend b" }),
    key({ background: "b" }),
    key({ setup: "b" }),
    key({ done: ["a", "works"] }),
    key({ scope: { allow: [], protect: ["a"] } }),
    key({ verify: [check] }),
    key({ verify: [{ ...check, metric: { ...metric, atMost: 3 } }] }),
    taskKey({ repository: { id: "other" }, rendered, task }),
    taskKey({ repository, rendered, task: { name: "a", fields: { name: "a", path: "src/b" } } }),
    taskKey({ repository, rendered, task: { name: "a", fields: { name: "a", file: "src/a" } } }),
  ];
  expect(new Set(keys).size).toBe(keys.length);
});
