import { expect, test } from "vitest";
import { goalFor, threadWith } from "../test/support/play-thread.ts";
import { agentsBeside } from "./agents-beside.ts";

const command = { use: "command", args: [], env: [], bin: "agent", timeoutMs: 1000 } as const;
const agents = { ...goalFor().agents, judge: command, planner: command };

test("a thread needs its judge and its reviewer wherever it goes, and a planner as long as it fans out", () => {
  const state = threadWith(goalFor({ agents, review: { ...command, rounds: 2 } }));
  const roles = (phase: "fanOut" | "turn") => agentsBeside({ ...state, phase }).map(({ role }) => role);
  expect(roles("turn")).toEqual(["judge", "reviewer"]);
  expect(roles("fanOut")).toEqual(["judge", "reviewer", "planner"]);
});

test("no judge is no agent", () => {
  expect(agentsBeside(threadWith(goalFor()))).toEqual([]);
});
