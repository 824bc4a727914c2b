import { expect, test } from "vitest";
import type { Goal } from "../../domain/goal.ts";
import { readVerdict } from "./read-verdict.ts";

const goal = { goal: "Make it work", done: ["Tests pass", "No API changed"] } as unknown as Goal;
const entry = (criterion: unknown, status = "met", evidence = "seen") => ({ criterion, status, evidence });
const answer = (overall: string, criteria: readonly unknown[]) => ({ overall, criteria, reason: "because" });

test("a complete answer is the verdict, in the words of the criteria", () => {
  expect(readVerdict(answer("met", [entry(2), entry(1)]), goal)).toEqual({
    overall: "met",
    criteria: [
      { criterion: "Tests pass", status: "met", evidence: "seen" },
      { criterion: "No API changed", status: "met", evidence: "seen" },
    ],
    reason: "because",
  });
});

test("criteria may be named by their text or as a numbered word", () => {
  expect(readVerdict(answer("met", [entry("Tests pass"), entry("Criterion 2")]), goal)).toMatchObject({ overall: "met" });
});

test.each([
  ["met", "not_yet", "not yet"],
  ["not_yet", "met", "not yet"],
  ["impossible", "not_yet", "impossible"],
  ["met", "impossible", "not yet"],
])("overall %s with one criterion met and the other %s is %s", (overall, other, expected) => {
  expect(readVerdict(answer(overall, [entry(1), entry(2, other)]), goal)).toMatchObject({ overall: expected });
});

test.each([
  ["prose", "It all looks good to me."],
  ["an empty answer", ""],
  ["nothing", undefined],
  ["a missing criterion", answer("met", [entry(1)])],
  ["a criterion answered twice", answer("met", [entry(1), entry(1), entry(2)])],
  ["a criterion that does not exist", answer("met", [entry(1), entry(2), entry(3)])],
  ["met without evidence", answer("met", [entry(1), entry(2, "met", " ")])],
  ["an unknown status", answer("met", [entry(1), entry(2, "mostly")])],
  ["no reason", { overall: "met", criteria: [entry(1), entry(2)] }],
])("%s is invalid", (_name, raw) => {
  expect(readVerdict(raw, goal)).toHaveProperty("invalid");
});

test("JSON inside a fence or after prose is taken", () => {
  const json = JSON.stringify(answer("not yet", [entry(1), entry(2, "not yet")]), null, 2);
  for (const text of [`Here it is:\n\`\`\`json\n${json}\n\`\`\`\nBye.`, `Thinking…\n${json}`]) {
    expect(readVerdict(text, goal)).toMatchObject({ overall: "not yet" });
  }
});

test("a goal without criteria is its own criterion", () => {
  const single = { ...goal, done: [] };
  expect(readVerdict(answer("met", [entry(1)]), single)).toMatchObject({
    criteria: [{ criterion: "Make it work", status: "met" }],
  });
});
