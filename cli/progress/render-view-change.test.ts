import { expect, test } from "vitest";
import { plainPaint } from "../output.ts";
import { budgetQuestionForTest, viewForTest } from "../testing/view.ts";
import { renderEnding } from "./render-ending.ts";
import { renderViewChange } from "./render-view-change.ts";

const change = (before: Parameters<typeof viewForTest>[0] | undefined, now: Parameters<typeof viewForTest>[0]) =>
  renderViewChange(before && viewForTest(before), viewForTest(now), plainPaint);

test("a thread that simply runs adds nothing to its transcript", () => {
  expect(change(undefined, {})).toEqual([]);
  expect(change({ doing: "turn 3" }, { doing: "verifying" })).toEqual([]);
});

test("a question is told once, with how to answer, and when it is closed", () => {
  const asking = {
    status: "waiting",
    doing: "waiting for an answer",
    reason: "budget",
    questions: [budgetQuestionForTest],
  } as const;
  const spent = { ...viewForTest().spent, turns: 30 };
  expect(change({}, { ...asking, spent })).toEqual([
    "question q1 · The budget is exhausted (turns: 30 of 30 used). More, or stop?",
    "  turns: 30 of 30 used",
    "  baton answer cart-7f3k q1 continue --turns +10",
    "  baton answer cart-7f3k q1 stop",
  ]);
  expect(change(asking, asking)).toEqual([]);
  expect(change(asking, {})).toEqual(["question q1 is closed", "cart-7f3k goes on · turn 3"]);
});

test("subagents are told by every tenth of the tasks, and failures at once", () => {
  const counts = { pending: 30, running: 0, ready: 0, achieved: 0, merged: 0, failed: 0, left: 0 };
  const few = { ...counts, pending: 22, running: 6, ready: 2 };
  const tenth = { ...counts, pending: 20, running: 7, ready: 3 };
  expect(change({ subagents: counts }, { subagents: few })).toEqual([]);
  expect(change({ subagents: few }, { subagents: tenth })).toEqual(["subagents: 0 of 30 merged, 7 running, 3 to merge"]);
  expect(change({ subagents: tenth }, { subagents: tenth })).toEqual([]);
  expect(change({ subagents: tenth }, { subagents: { ...tenth, running: 6, failed: 1 } })).toEqual([
    "subagents: 0 of 30 merged, 6 running, 3 to merge, 1 failed",
  ]);
});

test("a pause and a wait are told with their reason", () => {
  expect(change({}, { status: "paused", doing: "paused", reason: "paused by a person" })).toEqual([
    "paused · paused by a person",
  ]);
  expect(change({}, { doing: "waiting 30 s", reason: "rate limited" })).toEqual(["waiting 30 s · rate limited"]);
});

test("a settled thread ends with its result, its evidence and the next commands", () => {
  const view = viewForTest({
    status: "achieved",
    doing: "",
    delivered: true,
    checks: [{ name: "tests", status: "passed", durationMs: 1200 }],
    report: "a1",
    reason: "all checks pass and the judge agrees",
    settledAt: "2026-11-21T12:30:00.000Z",
  });
  expect(renderEnding(view, "http://127.0.0.1:8233/namespaces/default/workflows/thread%2Fcart-7f3k", plainPaint).join("\n"))
    .toMatchInlineSnapshot(`
    "achieved · cart-7f3k · 3 turns, 61.2k tokens, 2 min 10 s, $0.42
      all checks pass and the judge agrees
      check tests passed · 1.2 s
      branch baton/cart (2 files changed)
      Temporal UI http://127.0.0.1:8233/namespaces/default/workflows/thread%2Fcart-7f3k

    next:
      baton show cart-7f3k --report
      baton diff cart-7f3k
      git merge baton/cart"
  `);
});
