import { ActivityFailure, ApplicationFailure } from "@temporalio/common";
import { expect, test } from "vitest";
import { noUsage } from "../domain/usage.ts";
import { failureOf } from "./failures.ts";

const failed = (...details: unknown[]) => {
  const cause = ApplicationFailure.create({ type: "TaskList", message: "nonsense", details });
  return failureOf(new ActivityFailure("failed", "listTasks", "1", "NON_RETRYABLE_FAILURE", "", cause));
};

test("a failed step tells what was used for nothing beside what to do", () => {
  const usage = { input: 80, cached: 0, output: 4 };
  const facts = ["listTasks failed: TaskList", "next: plan anew"];
  expect(failed("next: plan anew", { usage })).toEqual({ kind: "blocked", text: "nonsense", facts, usage });
  expect(failed("next: plan anew")).toMatchObject({ facts, usage: noUsage });
  expect(failed()).toMatchObject({ usage: noUsage });
});
