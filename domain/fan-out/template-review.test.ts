import { expect, it } from "vitest";
import type { FanOut } from "./fan-out.ts";
import type { Goal } from "../goal.ts";
import { reviewTemplate } from "./template-review.ts";

const check = { name: "tests", run: "npm test", timeoutMs: 1 };

function review(change: Partial<Goal>): string[] {
  const template = {
    goal: "Every caller in ${task.path} uses the new API",
    done: [],
    verify: [check],
    scope: { allow: [], protect: [] },
    agents: { worker: { use: "codex", args: [], env: [] }, judge: { use: "none" } },
    budget: { turnTimeMs: 1 },
    ...change,
  };
  const fanOut = { template, merge: { verify: [], batch: 1, rebases: 1 } } as unknown as FanOut;
  return reviewTemplate(fanOut).map(({ severity, where, text }) => `${severity} ${where}: ${text}`);
}

it("a sound template has nothing to be said about", () => {
  expect(review({})).toEqual([]);
});

it("what is wrong with a template is told with its place, questions are not", () => {
  expect(review({ verify: [{ ...check, run: "true" }], done: ["${task.path} compiles"] })).toEqual([
    expect.stringMatching(/^error fan_out\.template\.done: a criterion but nobody to judge/),
    "warning fan_out.template.verify.0: true can never fail, so it proves nothing",
  ]);
});

it("a template that names no task makes every subagent do the same", () => {
  expect(review({ goal: "Every caller in src/ uses $${task.path}" })).toEqual([
    "warning fan_out.template.goal: says nothing about the task: every subagent is told the same",
  ]);
});

it("merges without any check raise a question", () => {
  expect(review({ verify: [] })).toEqual([expect.stringMatching(/^question fan_out\.merge\.verify: What shows/)]);
});
