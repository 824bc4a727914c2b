import { expect, test } from "vitest";
import { sampleGoal, samplePrompt, sampleView } from "../test/support/sample-thread.ts";
import { threadReport, type ReportExtras } from "./report.ts";

const extras: ReportExtras = {
  goal: sampleGoal,
  changes: samplePrompt.changes,
  diffstat: " src/cart.ts | 12 ++++++------\n 1 file changed\n",
  claim: "All tests pass now.",
};

test("the report of a stopped thread reads like this", () => {
  const view = {
    ...sampleView,
    status: "stopped",
    reason: "stopped by ann: enough",
    delivered: true,
    settledAt: "2026-11-20T11:00:00.000Z",
  } as const;
  expect(threadReport(view, { ...extras, pushedTo: "origin" })).toMatchInlineSnapshot(`
    "# Every test in test/cart passes and lint is clean

    Thread \`cart-7f3k\` is **stopped**: stopped by ann: enough

    3 turns by codex, judged by claude haiku; 3 min 5 s of work, 4.2M tokens, $1.25.

    The result is on branch \`baton/cart-7f3k\`, pushed to origin.

    ## What changed

    3 files differ from the base commit.

    \`\`\`
     src/cart.ts | 12 ++++++------
     1 file changed
    \`\`\`

    The agent's own words (a claim, not evidence):

    \`\`\`
    All tests pass now.
    \`\`\`

    ## Evidence

    The judge says **not yet**: The public API changed.

    | criterion | verdict | evidence |
    |---|---|---|
    | All cart tests pass | met | 12 of 12 tests pass |
    | No public API changed | not yet | addItem \\| lost its second parameter |

    | check | status | metric | took | why |
    |---|---|---|---|---|
    | tests | passed |  | 12 s |  |
    | speed | failed | 61 ms (at most 50, best 55) | 850 ms | 61 ms, wanted at most 50 ms |

    ## Risks

    - Boundary of the contract, look whether it was respected: Ask before touching billing/**

    ## Open

    - Changed outside the scope: \`docs/a.md\`
    - The agent changed a protected path; Baton put it back: \`test/golden/cart.json\`
    - Check speed: failed
    - Criterion not yet: No public API changed

    ## Turns

    | turn | outcome | checks | judge | files | tokens | cost | commit |
    |---|---|---|---|---|---|---|---|
    | 1 | completed | 0 of 2 |  | 1 | 12.3k |  | \`aaaa\` |
    | 2 (attempt 2) | completed | 1 of 2 | not yet | 3 | 20k |  | \`bbbb\` |

    ## Cost

    | | used | limit |
    |---|---|---|
    | turns | 2 | 30 |
    | time | 3 min 5 s | 8 h |
    | wall time | 3 min 20 s | unlimited |
    | tokens | 4.2M | 5M |
    | cost | $1.25 | $25.00 |
    | changed files | 3 | unlimited |

    ## How to review

    \`\`\`sh
    git log ba5e0000ba5e..baton/cart-7f3k
    git diff ba5e0000ba5e..baton/cart-7f3k
    git merge baton/cart-7f3k
    \`\`\`

    ## How to undo

    Your own branches were not touched. To throw the result away:

    \`\`\`sh
    git branch -D baton/cart-7f3k
    git push origin --delete baton/cart-7f3k
    \`\`\`
    "
  `);
});

test("a report without checks, judge and result says so", () => {
  const view = { ...sampleView, status: "failed", reason: "", checks: [], verdict: null, judge: "none", changes: null } as const;
  const report = threadReport(view, { ...extras, changes: null, diffstat: "", claim: "" });
  expect(report).toContain("Nothing was delivered to your repository.");
  expect(report).toContain("The goal has no judge; nobody decided about these criteria:");
  expect(report).toContain("No command checked the result");
  expect(report).toContain("baton diff cart-7f3k");
  expect(report).not.toContain("How to undo");
});

test("a branch name that a shell would read otherwise is quoted", () => {
  expect(threadReport({ ...sampleView, branch: "baton/a$b", delivered: true }, extras)).toContain("git branch -D 'baton/a$b'");
});

test("a report names the findings that stayed open, and the remarks", () => {
  const findings = [
    { text: "rounds <twice>", file: "src/cart.ts", line: 12, blocking: true },
    { text: "a shorter name", blocking: false },
  ];
  const review = { reviewer: "claude haiku", round: 2, rounds: 2, outcome: "objected", findings } as const;
  const report = threadReport({ ...sampleView, review }, extras);
  expect(report).toContain("## Review\n\nclaude haiku **objected** to what it saw last.");
  expect(report).toContain("Open findings:\n\n- src/cart.ts:12: rounds &lt;twice>\n\nRemarks:\n\n- a shorter name");
  expect(report).toContain("- Finding of the reviewer: src/cart.ts:12: rounds &lt;twice>");
  const approved = threadReport({ ...sampleView, review: { ...review, outcome: "approved", findings: [] } }, extras);
  expect(approved).toContain(
    "claude haiku **approved** what it saw last. Findings went back to the worker 2 of at most 2 times.",
  );
});
