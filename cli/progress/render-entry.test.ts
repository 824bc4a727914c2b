import { expect, test } from "vitest";
import type { TranscriptEvent } from "../../domain/transcript.ts";
import { plainPaint } from "../output.ts";
import { renderEntry } from "./render-entry.ts";

const at = { at: "2026-11-21T12:00:00.000Z", thread: "cart-7f3k", turn: 2, attempt: 1, epoch: 1 };

function render(...events: readonly TranscriptEvent[]): string {
  return events.flatMap((event) => renderEntry({ ...at, event }, plainPaint)).join("\n");
}

test("a turn reads as one story from its start to the verdict", () => {
  expect(
    render(
      { kind: "workspace", text: "workspace from 1a2b3c4, setup npm ci · 4.1 s" },
      { kind: "turn started", agent: "codex", session: "resumed", wrapUp: false },
      { kind: "message", text: "I look at the cart.\n\nThen I fix it.\n" },
      { kind: "tool", name: "shell", detail: "npm test\n-- cart", status: "started" },
      { kind: "tool", name: "shell", detail: "npm test -- cart", status: "done" },
      { kind: "tool", name: "edit", detail: "src/cart.js", status: "failed" },
      { kind: "retry", detail: "stream error, retrying 1/5" },
      { kind: "turn ended", outcome: "completed", tokens: 12_345, usd: 0.104, files: 1, commit: "0123456789abcdef" },
      { kind: "check started", name: "tests" },
      { kind: "check", name: "tests", status: "failed", durationMs: 3200, reason: "exit code 1" },
      { kind: "check", name: "lint", status: "passed", durationMs: 850 },
      {
        kind: "check",
        name: "speed",
        status: "failed",
        durationMs: 61_000,
        reason: "61 ms is above 50",
        metric: { value: 61, unit: "ms", atMost: 50, best: 55 },
      },
      { kind: "check", name: "types", status: "not run", durationMs: 0 },
      { kind: "reviewing", reviewer: "codex" },
      {
        kind: "review",
        outcome: "objected",
        findings: [
          { text: "rounds twice", file: "src/cart.ts", line: 12, blocking: true },
          { text: "a shorter name", blocking: false },
        ],
        reason: "",
      },
      { kind: "review", outcome: "not reviewed", findings: [], reason: "codex gave no answer in time" },
      { kind: "judging", judge: "claude haiku" },
      {
        kind: "verdict",
        overall: "not yet",
        criteria: [
          { criterion: "All cart tests pass", status: "met", evidence: "14 of 14" },
          { criterion: "No public API changed", status: "not yet", evidence: "" },
        ],
        reason: "total() takes one more argument",
      },
      { kind: "tasks listed", tasks: 30, done: 4, duplicates: 1 },
      { kind: "delivered", branch: "baton/cart", pushedTo: "origin" },
    ),
  ).toMatchInlineSnapshot(`
    "workspace from 1a2b3c4, setup npm ci · 4.1 s
    turn 2 started · codex (resumed session)
      | I look at the cart.
      | Then I fix it.
      shell  npm test -- cart
      edit  src/cart.js failed
      agent tries again: stream error, retrying 1/5
    turn 2 ended · completed · 1 file changed · 12.3k tokens · $0.10 · checkpoint 0123456789
    check tests failed · exit code 1 · 3.2 s
    check lint passed · 850 ms
    check speed failed · 61 ms is above 50 · 61 ms (at most 50, best 55) · 61 s
    check types not run
    reviewing · codex
    reviewer: objected
      blocking src/cart.ts:12: rounds twice
      remark a shorter name
    reviewer: not reviewed · codex gave no answer in time
    judging · claude haiku
    judge: not yet · total() takes one more argument
      met All cart tests pass (14 of 14)
      not yet No public API changed
    30 tasks · 4 done before · 1 duplicate left out
    delivered baton/cart, pushed to origin"
  `);
});

test("an attempt, a new session and a wrap-up turn are told apart", () => {
  const event = { kind: "turn started", agent: "claude", session: "new", wrapUp: true } as const;
  expect(renderEntry({ ...at, attempt: 2, event }, plainPaint)).toEqual([
    "turn 2 started · claude (new session) · attempt 2 · wrap-up",
  ]);
});

test("what an agent writes cannot steer the terminal", () => {
  const text = "\u001B[2Jcleared\u0007\u001B]0;title\u0007";
  expect(render({ kind: "message", text }, { kind: "tool", name: "shell", detail: text, status: "started" })).toBe(
    "  | cleared\n  shell  cleared",
  );
});

test("a long message is cut and says how much is left", () => {
  const lines = render({ kind: "message", text: Array.from({ length: 20 }, (_, index) => `line ${index}`).join("\n") }).split(
    "\n",
  );
  expect(lines).toHaveLength(13);
  expect(lines.at(-1)).toBe("  | … 8 more lines");
});

test("a kind of a newer version is left out", () => {
  expect(renderEntry({ ...at, event: { kind: "dreamt" } as never }, plainPaint)).toEqual([]);
});

test("a merge tells what it left out and why", () => {
  const commit = "0123456789abcdef";
  expect(
    render(
      { kind: "merge started", merge: 1, tasks: 16 },
      { kind: "merge refused", task: "cart", why: "conflict", text: "contents of src/cart.js" },
      { kind: "merge ended", merge: 1, merged: 15, tasks: 16, verifications: 1, commit },
      { kind: "merge ended", merge: 2, merged: 0, tasks: 1, verifications: 3, commit: null },
      { kind: "merge ended", merge: 3, merged: 1, tasks: 1, verifications: 1, commit, knownRed: ["lint", "types"] },
    ),
  ).toBe(
    [
      "merging the work of 16 tasks",
      "  conflict cart: contents of src/cart.js",
      "merged 15 of 16 · 1 verification · checkpoint 0123456789",
      "merged 0 of 1 · 3 verifications",
      "merged 1 of 1 · 1 verification · checkpoint 0123456789 · fails as before: lint, types",
    ].join("\n"),
  );
});
