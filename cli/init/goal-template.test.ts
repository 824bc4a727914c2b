import { describe, expect, it } from "vitest";
import { parseGoal } from "../../config/goal-file/parse-goal.ts";
import { goalTemplate } from "./goal-template.ts";

const nothing = { kinds: [], checks: [], protect: [] };

describe("the goal file that init writes", () => {
  it("is valid even when nothing was found, with commands that fail and say why", () => {
    const goal = parseGoal(goalTemplate({ project: nothing }), "goal.yaml");
    expect(goal.verify).toEqual([
      {
        name: "tests",
        run: "echo 'the command that proves the goal is to be replaced in goal.yaml' >&2; exit 1",
        timeoutMs: 600_000,
      },
    ]);
    expect(goal.agents).toMatchObject({
      worker: { use: "command", args: ["-c", "echo 'agents.worker is to be replaced in goal.yaml' >&2; exit 1"] },
      judge: { use: "none" },
    });
  });

  it("holds what was found", () => {
    const project = { kinds: ["node"], setup: "npm ci", checks: [{ name: "lint", run: "npm run lint" }], protect: ["test/**"] };
    const text = goalTemplate({ project, worker: "codex", judge: "claude", schema: "./s.json", goal: "All green" });
    expect(text.split("\n", 1)).toEqual(["# yaml-language-server: $schema=./s.json"]);
    expect(parseGoal(text, "goal.yaml")).toMatchObject({
      goal: "All green",
      setup: "npm ci",
      scope: { protect: ["test/**"] },
      verify: [{ name: "lint", run: "npm run lint" }],
      agents: { worker: { use: "codex" }, judge: { use: "claude" } },
    });
  });

  it.each([
    'Fix: "all" #1',
    "true",
    "- x",
    "{a: b}",
    "line one\nline two",
    "*star",
    "a, b",
    "50",
    "café ✓",
    "a\\b",
    "'",
    "!x",
    "yes: no",
  ])("keeps the text %j as it is", (text) => {
    const project = { ...nothing, setup: text, checks: [{ name: "a", run: text }], protect: ["te\\[s\\]t/**"] };
    const goal = parseGoal(goalTemplate({ project, goal: text }), "goal.yaml");
    expect([goal.goal, goal.setup, goal.verify[0]?.run]).toEqual([text, text, text]);
    expect(goal.scope.protect).toEqual(["te\\[s\\]t/**"]);
  });
});
