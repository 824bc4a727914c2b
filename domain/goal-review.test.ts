import { describe, expect, it } from "vitest";
import type { Check, Goal, Judge } from "./goal.ts";
import { reviewGoal } from "./goal-review.ts";

const check: Check = { name: "tests", run: "npm test", timeoutMs: 1000 };
const judge: Judge = { use: "claude", args: [], env: [], timeoutMs: 1000 };

const sound: Goal = {
  goal: "Every test in test/cart passes and lint is clean",
  scope: { allow: [], protect: ["test/**"] },
  done: ["No public API changed"],
  verify: [check],
  agents: { worker: { use: "codex", args: [], env: [] }, judge },
  budget: { turns: 30, tokens: 1000, turnTimeMs: 1000 },
  // oxlint-disable-next-line unicorn/no-thenable -- the goal's own word
  onFailure: { sameFailure: 3, noProgress: 5, then: "ask" },
  risk: [],
  deliver: {},
};

const review = (change: Partial<Goal>) =>
  reviewGoal({ ...sound, ...change }).map(({ severity, where, text }) => `${severity} ${where}: ${text}`);
const vague = (word: string) => [`warning goal: "${word}" can mean anything: nobody can tell when it is reached`];
const withMetric = (metric: Partial<NonNullable<Check["metric"]>>): Check => ({
  ...check,
  metric: { source: { kind: "json", path: "a" }, ...metric },
});

describe("the review of a goal", () => {
  it("has nothing to say about a sound one", () => {
    expect(review({})).toEqual([]);
  });

  it.each([
    ["Clean up the cart code", "Clean up"],
    ["Improve the performance of checkout", "Improve"],
    ["Make the page load faster", "faster"],
    ["Fix all bugs, typos etc. in checkout", "etc"],
    ["Refactor the cart module", "Refactor"],
    ["The code is clean and tested", "clean"],
    ["Handle errors properly in checkout", "properly"],
  ])("finds %j vague", (goal, word) => {
    expect(review({ goal })).toEqual(vague(word));
  });

  it.each([
    "Make the page load in less than 200 ms, faster than before",
    "Refactor src/cart so that no function has more than 40 lines",
    "All tests pass and lint is clean",
    "Rename the function `good` everywhere",
  ])("finds %j clear enough", (goal) => {
    expect(review({ goal })).toEqual([]);
  });

  it("takes a comparison as measured when a metric has a threshold", () => {
    expect(review({ goal: "Make the page load faster", verify: [withMetric({ atMost: 5 })] })).toEqual([]);
  });

  it.each<[string, Partial<Goal>, string[]]>([
    ["a goal of two words", { goal: "Fix it" }, ["warning goal: says too little to work from"]],
    [
      "criteria without judge",
      { agents: { ...sound.agents, judge: { use: "none" } } },
      ["error done: a criterion but nobody to judge: the goal would count as achieved without them"],
    ],
    ["a judge without criteria", { done: [] }, ["question done: What should the judge look at beyond the goal itself?"]],
    [
      "a criterion that is a matter of taste",
      { done: ["The page looks nice", "No test takes more than 2 s"] },
      ['question done.0: How would two people agree on "nice" in "The page looks nice"?'],
    ],
    [
      "a check that cannot fail",
      { verify: [{ ...check, run: "npm test || true" }] },
      ["warning verify.0: npm test || true can never fail, so it proves nothing"],
    ],
    [
      "a check that is nothing",
      { verify: [{ ...check, run: "true" }] },
      ["warning verify.0: true can never fail, so it proves nothing"],
    ],
    [
      "a watcher",
      { verify: [{ ...check, run: "npx jest --watch" }] },
      ["warning verify.0: npx jest --watch watches and never ends"],
    ],
    [
      "a metric without threshold",
      { verify: [withMetric({})] },
      ["question verify.0.metric: From which value on is it good enough?"],
    ],
    [
      "no command at all",
      { verify: [] },
      ["question verify: Which command would show that it works? A judge alone can be talked round."],
    ],
    [
      "tests open to the agent",
      { scope: { allow: [], protect: [] } },
      ["question scope.protect: May the agent change the tests it is measured by?"],
    ],
    [
      "a judge that is the worker",
      { agents: { ...sound.agents, worker: { use: "claude", args: [], env: [] } } },
      ["warning agents.judge: claude would judge its own work with the same model"],
    ],
    [
      "a judge whose cost nobody knows",
      {
        budget: { usd: 5, turnTimeMs: 1 },
        agents: { worker: { use: "claude", args: [], env: [] }, judge: { ...judge, use: "codex" } },
      },
      ["warning agents.judge.price: the judge's cost is unknown, so budget.usd does not count it"],
    ],
    [
      "a worker whose cost nobody knows",
      { budget: { usd: 5, turnTimeMs: 1 }, agents: { ...sound.agents, worker: { use: "codex", args: [], env: [] } } },
      ["warning agents.worker.price: codex reports no cost, so budget.usd cannot be kept"],
    ],
    [
      "a reviewer that is the worker, where nobody judges",
      {
        done: [],
        agents: { ...sound.agents, judge: { use: "none" } },
        review: { use: "codex", args: [], env: [], timeoutMs: 1000, rounds: 2 },
      },
      ["warning review: codex would review its own work with the same model, and nobody else judges it"],
    ],
    [
      "a reviewer whose cost nobody knows",
      {
        budget: { usd: 5, turnTimeMs: 1 },
        agents: { worker: { use: "claude", model: "opus", args: [], env: [] }, judge },
        review: { use: "codex", args: [], env: [], timeoutMs: 1000, rounds: 2 },
      },
      ["warning review.price: the reviewer's cost is unknown, so budget.usd does not count it"],
    ],
    [
      "no limit on cost",
      { budget: { turns: 3, turnTimeMs: 1 } },
      ["question budget: What may it cost? Only turns (3) and time are limited."],
    ],
    [
      "no limit at all on a fan-out",
      { budget: { turnTimeMs: 1 } },
      ["question budget: What may it cost? Nothing limits all subagents together."],
    ],
  ])("notices %s", (_name, change, expected) => {
    expect(review(change)).toEqual(expected);
  });
});
