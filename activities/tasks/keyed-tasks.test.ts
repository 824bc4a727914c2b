import { expect, test } from "vitest";
import type { Goal } from "../../domain/goal.ts";
import type { Task } from "../../domain/fan-out/task.ts";
import { keyedTasks } from "./keyed-tasks.ts";

const repository = { id: "shop-00000000", name: "shop", base: "b".repeat(40), shallow: [] };

const template = {
  goal: "Mend ${task.path}",
  scope: { allow: ["${task.path}"], protect: [] },
  done: [],
  verify: [{ name: "tests", run: "npm test -- ${task.path}", timeoutMs: 1000 }],
  agents: { worker: { use: "command", args: [], env: [] }, judge: { use: "none" } },
  budget: { turnTimeMs: 1000 },
  onFailure: { sameFailure: 3, noProgress: 3, then: "ask" },
  risk: [],
  deliver: {},
} satisfies Goal;

const rest = { race: [], merge: { verify: [], batch: 16, rebases: 1 } };
const task = (path: string): Task => ({ name: path, fields: { name: path, path } });
const list = (paths: readonly string[], order: "listed" | "shuffled" = "listed") =>
  keyedTasks(paths.map(task), { repository, fanOut: { ...rest, template, order } });

test("a task that stands there twice is done once, where it first stands", () => {
  const { tasks, duplicates } = list(["b", "a", "b", "c", "a"]);
  expect(tasks.map(({ name }) => name)).toEqual(["b", "a", "c"]);
  expect(duplicates).toBe(2);
  expect(new Set(tasks.map(({ key }) => key)).size).toBe(3);
  expect(tasks[0]?.key).toMatch(/^[0-9a-f]{32}$/);
});

test("a key is the same wherever its task stands and whatever stands beside it", () => {
  expect(list(["x", "a"]).tasks[1]?.key).toBe(list(["a"]).tasks[0]?.key);
});

test("shuffled tasks have the same order each time", () => {
  const paths = Array.from({ length: 50 }, (_, index) => `src/${index}`);
  const { tasks } = list(paths, "shuffled");
  expect(tasks.map(({ name }) => name)).not.toEqual(paths);
  expect(tasks).toEqual(list(paths.toReversed(), "shuffled").tasks);
});

test("a field that the template needs and a task lacks is told with both names", () => {
  const lacking = { name: "odd one", fields: { name: "odd one" } };
  const listing = () => keyedTasks([task("a"), lacking], { repository, fanOut: { ...rest, template, order: "listed" } });
  expect(listing).toThrow(/the task "odd one" has no field "path"/);
});
