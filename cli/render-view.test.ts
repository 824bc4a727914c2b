import { expect, test } from "vitest";
import { plainPaint } from "./output.ts";
import { renderView } from "./render-view.ts";
import { budgetQuestionForTest, viewForTest } from "./testing/view.ts";

test("a running thread shows where it stands and what it cost", () => {
  expect(renderView(viewForTest(), plainPaint).join("\n")).toMatchInlineSnapshot(`
    "Every test in test/cart passes and lint is clean

    thread      cart-7f3k
    status      running · turn 3
    turn        3 on laptop
    agent       codex, judged by claude haiku, session 0190-aa
    branch      baton/cart (not delivered yet)
    base        1a2b3c4d5e of shop
    checkpoint  fedcba9876 after turn 2
    changes     2 files, out of scope: README.md
    opened      2026-11-21T11:55:00.000Z by ada

    checks
      check tests failed · exit code 1 · 3.2 s
      check lint not run

    turns
      1  completed  1 file   20k tokens    $0.10  0 of 2 checks
      2  completed  2 files  41.2k tokens  $0.32  2 of 2 checks  not yet

    spent
      turns          2           of  30        6 %
      time           2 min 10 s  of  8 h       0 %
      wall time      5 min           no limit
      tokens         61.2k       of  5M        1 %
      cost           $0.42       of  $25.00    1 %
      changed files  2           of  40        5 %
      turn time                  of  45 min    per turn

    steering not yet given to the agent
      prefer small commits"
  `);
});

test("a waiting thread shows its question with the commands that answer it", () => {
  const view = viewForTest({
    status: "waiting",
    doing: "waiting for an answer",
    turn: 30,
    spent: { turns: 30, timeMs: 1000, wallTimeMs: 1000, tokens: 10, files: 0 },
    questions: [budgetQuestionForTest],
  });
  expect(renderView(view, plainPaint).slice(-4)).toMatchInlineSnapshot(`
    [
      "question q1 · The budget is exhausted (turns: 30 of 30 used). More, or stop?",
      "  turns: 30 of 30 used",
      "  baton answer cart-7f3k q1 continue --turns +10",
      "  baton answer cart-7f3k q1 stop",
    ]
  `);
});

test("a verdict is shown criterion by criterion", () => {
  const verdict = {
    overall: "not yet",
    criteria: [{ criterion: "No public API changed", status: "not yet", evidence: "total() takes one more argument" }],
    reason: "one criterion is open",
    usage: { input: 1, cached: 0, output: 1 },
    activeMs: 900,
  } as const;
  expect(renderView(viewForTest({ verdict }), plainPaint).join("\n")).toContain(
    "verdict: not yet · one criterion is open\n  not yet · No public API changed\n    total() takes one more argument",
  );
});

test("a thread that has done nothing yet says so", () => {
  const view = viewForTest({
    turn: 0,
    checks: [],
    turns: [],
    steering: [],
    checkpoint: null,
    changes: null,
    session: null,
    host: null,
  });
  expect(renderView(view, plainPaint).join("\n")).toMatch(/checkpoint +none yet\nchanges +none yet/);
});

test("a review shows what is found, and how often it went back", () => {
  const findings = [{ text: "rounds twice", file: "src/cart.ts", line: 12, blocking: true }];
  const review = { reviewer: "claude haiku", round: 1, rounds: 2, outcome: "objected", findings } as const;
  const lines = renderView(viewForTest({ review }), plainPaint);
  const at = lines.indexOf("review: objected · claude haiku, findings went back 1 of 2 times");
  expect(lines[at + 1]).toBe("  blocking src/cart.ts:12: rounds twice");
});
