import { expect, it } from "vitest";
import { plainPaint } from "../output.ts";
import { renderReport } from "./render-report.ts";

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
