import { describe, expect, it } from "vitest";
import { goalFor, threadWith } from "../../test/support/play-thread.ts";
import { ask } from "../questions.ts";
import { end } from "../thread.ts";
import { maskValues, taskValues } from "./mask-values.ts";
import { newsOf } from "./news.ts";
import { renderGoal } from "./render-goal.ts";
import { subagentStart } from "./subagent-start.ts";
import type { TaskState } from "./task.ts";

describe("a text about one task", () => {
  const about = (text: string, ...environment: string[]) => maskValues(text, taskValues(environment));

  it.each([
    ["a value", "cannot open cart.txt", "cannot open ${task.name}.txt", ["BATON_TASK_NAME=cart"]],
    [
      "a value that is part of another",
      "a/cart.ts: cart",
      "${task.path}: ${task.name}",
      ["BATON_TASK_NAME=cart", "BATON_TASK_PATH=a/cart.ts"],
    ],
    ["the file of a path", "cart-view.ts, cart-view", "${task.path}, ${task.path}", ["BATON_TASK_PATH=src/cart-view.ts"]],
    ["a long value inside a word", "CheckoutTest", "${task.name}Test", ["BATON_TASK_NAME=Checkout"]],
    ["a short value that stands alone", "grep: a_1: no data", "grep: ${task.name}_1: no data", ["BATON_TASK_NAME=a"]],
    ["what is special in a pattern", "x [a+b](c).$ y", "x ${task.name} y", ["BATON_TASK_NAME=[a+b](c).$"]],
    ["letters of all kinds", "数量-é fails", "${task.name} fails", ["BATON_TASK_NAME=数量-é"]],
    [
      "a value that is in a placeholder",
      "task: name",
      "${task.name}: ${task.other}",
      ["BATON_TASK_NAME=task", "BATON_TASK_OTHER=name"],
    ],
    ["a value with an equals sign", "k=v", "${task.pair}", ["BATON_TASK_PAIR=k=v"]],
  ])("says a placeholder for %s", (...[, text, masked, environment]) => {
    expect(about(text, ...environment)).toBe(masked);
  });

  it("leaves numbers, other variables and empty values alone", () => {
    expect(about("exit code 7 of KEY x", "BATON_TASK_N=7", "KEY=exit", "KEY", "BATON_TASK_EMPTY=")).toBe("exit code 7 of KEY x");
  });
});

describe("the cause that subagents tell", () => {
  const template = goalFor({
    verify: [{ name: 'grep -q done "${task.name}.txt"', run: 'grep -q done "${task.name}.txt"', timeoutMs: 1 }],
  });
  const parent = threadWith(goalFor()).start;

  function subagentOf(name: string) {
    const task: TaskState = { key: `key-${name}`, name, fields: { name }, status: "pending", thread: null, tries: 0, rebases: 0 };
    const goal = renderGoal(template, { name, fields: { name } });
    const start = { ...subagentStart(parent, task, { id: `${name}-0123abcd` }), goal };
    return { ...threadWith(goal), start };
  }

  const causeIn = (news: ReturnType<typeof newsOf>) => (news !== null && "cause" in news.now ? news.now.cause : undefined);
  const causes = (tell: (name: string) => ReturnType<typeof newsOf>) =>
    new Set(["cart", "a", "order lines"].map((name) => causeIn(tell(name))));

  it("is the same when they fail or wait for the same reason, each with its own name in it", () => {
    const failing = (text: (name: string) => string) => (name: string) =>
      newsOf({ ...end(subagentOf(name), { status: "failed", reason: text(name) }), settledAt: 1 });
    expect(causes(failing((name) => `no ${name}.txt in ${name}-0123abcd`)).size).toBe(1);
    expect(causes(failing((name) => `no ${name}.txt after ${name.length} tries`)).size).toBe(1);
    expect(causes(failing((name) => `reason ${String.fromCodePoint(64 + name.length)}`)).size).toBe(3);
    const waiting = (name: string) =>
      newsOf(ask(subagentOf(name), { kind: "agent", text: `${name}: log in`, facts: [], next: "" }, 1));
    expect(causes(waiting).size).toBe(1);
  });
});
