import type { ApplicationFailure } from "@temporalio/common";
import { expect, test } from "vitest";
import { BatonFailure } from "../domain/failure.ts";
import { toActivityFailure } from "./activity-failure.ts";

test("a failure tells where, what to do next and what was used on its way to the thread", () => {
  const usage = { input: 80, cached: 0, output: 4 };
  const told = { where: "agents.planner", next: "let another agent plan" };
  const named = (context: object) => toActivityFailure(new BatonFailure("TaskList", "nonsense", context)) as ApplicationFailure;
  expect(named({ ...told, usage })).toMatchObject({
    type: "TaskList",
    nonRetryable: true,
    details: ["where: agents.planner", "next: let another agent plan", { usage }],
  });
  expect(named({}).details).toEqual([]);
});
