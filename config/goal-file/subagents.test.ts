import { expect, it } from "vitest";
import { BatonFailure } from "../../domain/failure.ts";
import { parseGoal } from "./parse-goal.ts";

const goal = (subagents: string) => `goal: x\nverify: [npm test]\nagents: { worker: { use: codex } }\n${subagents}`;

it("a worker has subagents only where the goal says so, few and one level deep", () => {
  expect(parseGoal(goal(""), "goal.yaml").subagents).toBeUndefined();
  expect(parseGoal(goal("subagents: {}"), "goal.yaml").subagents).toEqual({ parallel: 4, depth: 1, most: 20 });
});

it("numbers out of bounds are refused where they stand", () => {
  const refused = () => parseGoal(goal("subagents: { parallel: 0, depth: 4, most: 2.5 }"), "goal.yaml");
  expect(refused).toThrow(BatonFailure);
  expect(refused).toThrow(/subagents\.parallel expected[\s\S]*subagents\.depth expected[\s\S]*subagents\.most expected/);
});
