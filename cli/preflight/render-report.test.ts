import { expect, it } from "vitest";
import { plainPaint } from "../output.ts";
import { renderReport } from "./render-report.ts";
import type { FanOutSummary } from "./report.ts";

it("a preflight reads as a short letter to the person who wrote the goal", () => {
  const lines = renderReport(
    {
      path: "/repo/goal.yaml",
      ok: false,
      goal: "All tests pass",
      repository: { root: "/repo", commit: "0123456789abcdef" },
      findings: [
        { severity: "question", where: "budget", text: "What may it cost?", next: "Add tokens or usd" },
        { severity: "error", where: "agents.worker", text: "codex is not on PATH", next: "Install it" },
        { severity: "warning", where: "verify", text: "every check passes already", next: "Add one that fails" },
      ],
      trial: {
        setup: { run: "npm ci", ok: true, durationMs: 1500 },
        checks: [{ name: "tests", status: "passed", durationMs: 3000 }],
      },
      agents: [{ role: "worker", agent: "codex", version: "0.169.0", problems: [] }],
      cost: {
        turns: 2,
        tokens: 800_000,
        usd: 1.5,
        timeMs: 720_000,
        assumption: "A typical turn is typical.",
        limitedBy: "tokens",
      },
    },
    plainPaint,
  );
  expect(lines.join("\n")).toMatchInlineSnapshot(`
    "All tests pass
      base   0123456789 in /repo
      worker codex 0.169.0

    In a clean checkout of the base commit:
      ok setup (1.5 s)
      check tests passed · 3 s

    errors:
      agents.worker: codex is not on PATH
        next: Install it

    warnings:
      verify: every check passes already
        next: Add one that fails

    I would ask a colleague:
      budget: What may it cost?
        next: Add tokens or usd

    At most: 2 turns, where budget.tokens ends it, about 800k tokens, about $1.50, 12 min.
      A typical turn is typical.

    not ready · 1 error to mend"
  `);
});

it("a fan-out is told in one line, with as much as is known", () => {
  const line = (fanOut: FanOutSummary) =>
    renderReport(
      {
        path: "goal.yaml",
        ok: true,
        goal: "x",
        repository: null,
        findings: [],
        trial: null,
        agents: [{ role: "subagent", agent: "codex", problems: [] }],
        fanOut,
        cost: { turns: 1, tokens: 1, usd: null, timeMs: 1, assumption: "a", limitedBy: null },
      },
      plainPaint,
    ).slice(1, 3);
  expect(line({ source: "list", tasks: 12, duplicates: 2, parallel: 8, racers: 2 })).toEqual([
    "  subagent codex",
    "  fan-out: 12 tasks of the goal file, 8 subagents at once, 2 agents race for each, 2 more of the same left out",
  ]);
  expect(line({ source: "planner", tasks: null, duplicates: 0, parallel: 3, racers: 0 })[1]).toBe(
    "  fan-out: tasks that the planner names, 3 subagents at once",
  );
});
