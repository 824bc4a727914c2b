import { expect, test } from "vitest";
import { sampleView } from "../test/support/sample-thread.ts";
import { currentDetails } from "./current-details.ts";

const question = {
  id: "q1",
  kind: "budget",
  text: "The budget is used up. More?",
  facts: ["turns: 30 of 30"],
  next: "baton budget cart-7f3k --turns +10",
  choices: ["continue", "stop"],
  turn: 3,
  askedAt: 0,
} as const;

test("current details of a running thread read like this", () => {
  expect(currentDetails({ ...sampleView, questions: [question] })).toMatchInlineSnapshot(`
    "Every test in test/cart passes and lint is clean

    **running** · turn 3 · codex on laptop

    ### Waits for a person

    - **q1** The budget is used up. More?
      - turns: 30 of 30
      - next: baton budget cart-7f3k --turns +10

    Answer with \`baton answer cart-7f3k continue\` or \`baton answer cart-7f3k stop\`.

    ### Checks

    | check | status | metric | why |
    |---|---|---|---|
    | tests | passed |  |  |
    | speed | failed | 61 ms (at most 50, best 55) | 61 ms, wanted at most 50 ms |

    ### Judge

    **not yet**: The public API changed.

    - **met** All cart tests pass: 12 of 12 tests pass
    - **not yet** No public API changed: addItem | lost its second parameter

    ### Story

    - turn 1: 0 of 2 checks · 1 file changed
    - turn 2 (attempt 2): 1 of 2 checks · judge: not yet · 3 files changed

    ### Budget

    - \`█░░░░░░░░░\` turns: 2 of 30 (7 %)
    - \`░░░░░░░░░░\` time: 3 min 5 s of 8 h (1 %)
    - wall time: 3 min 20 s
    - \`████████░░\` tokens: 4.2M of 5M (84 %)
    - \`█░░░░░░░░░\` cost: $1.25 of $25.00 (5 %)
    - changed files: 3

    ### Work

    Branch \`baton/cart-7f3k\` (not in your repository yet) · commit \`1a2b3c4d5e6f\` · 3 files changed · from \`ba5e0000ba5e\` of shop

    ### Steer it

    \`baton steer cart-7f3k "…"\` · \`baton pause cart-7f3k\` · \`baton resume cart-7f3k\` · \`baton stop cart-7f3k\` · \`baton budget cart-7f3k --turns +5\` · \`baton logs -f cart-7f3k\`"
  `);
});

test("current details before the first turn say little", () => {
  const fresh = { ...sampleView, turn: 0, host: null, checks: [], verdict: null, checkpoint: null, changes: null };
  expect(currentDetails(fresh)).toContain("no commit yet");
});

test("current details of a settled thread tell where to look and offer no steering", () => {
  const details = currentDetails({ ...sampleView, status: "achieved", doing: "", reason: "all checks passed", delivered: true });
  expect(details).toContain("baton diff cart-7f3k");
  expect(details).not.toContain("baton steer");
});

test("current details tell what the reviewer found", () => {
  const findings = [{ text: "rounds twice", file: "src/cart.ts", line: 12, blocking: true }];
  const review = { reviewer: "claude", round: 1, rounds: 2, outcome: "objected", findings } as const;
  expect(currentDetails({ ...sampleView, review })).toContain(
    "### Review\n\n**objected** by claude, findings went back 1 of 2 times\n\n- **blocking** src/cart.ts:12: rounds twice",
  );
});

test("current details hold no HTML and no image, and at most 8 kB", () => {
  const bad = "<img src=x onerror=alert(1)> ![pixel](http://evil/x.png) | 漢 ".repeat(200);
  const details = currentDetails({
    ...sampleView,
    goal: bad,
    reason: bad,
    steering: [bad],
    questions: Array.from({ length: 10 }, () => ({ ...question, text: bad, facts: [bad] })),
    checks: Array.from({ length: 100 }, () => ({ name: bad, status: "failed", reason: bad, durationMs: 1 })),
    verdict: { ...sampleView.verdict!, reason: bad, criteria: [{ criterion: bad, status: "not yet", evidence: bad }] },
  });
  expect(Buffer.byteLength(details)).toBeLessThanOrEqual(8_000);
  expect(details).not.toMatch(/<[a-z]|!\[/i);
});
