import { describe, expect, test } from "vitest";
import { sampleGoal, samplePrompt } from "../test/support/sample-thread.ts";
import type { PromptInput } from "./prompt-input.ts";
import { promptBytes, turnPrompt } from "./prompt.ts";

const first: PromptInput = {
  ...samplePrompt,
  turn: 1,
  session: "new",
  spent: { turns: 0, timeMs: 0, wallTimeMs: 0, tokens: 0, files: 0 },
  commit: null,
  changes: null,
  files: [],
  verification: null,
  verdict: null,
  best: {},
  history: [],
  steering: [],
  notices: [],
};

describe("a turn's prompt", () => {
  test("reads like this in the first turn", () => {
    expect(turnPrompt(first)).toMatchInlineSnapshot(`
      "Turn 1 of thread cart-7f3k

      You work toward a goal in this directory, turn by turn. After every turn Baton checks the result itself.

      ## The contract

      ### Goal

      Every test in test/cart passes and lint is clean

      ### Background

      The cart lost items when two tabs were open.

      ### Done means

      1. All cart tests pass
      2. No public API changed

      ### Scope

      - Change only: \`src/**\`, \`test/**\`
      - Protected, do not change: \`test/golden/**\`

      ### Boundaries

      - Ask before touching billing/**

      ### Checks that Baton runs after this turn

      - tests: \`npm test\` (at most 10 min)
      - speed: \`node bench.js\` (its metric must be at most 50 ms; at most 60 s)

      When all checks pass, an independent judge who sees the diff and the results decides about each criterion.

      ## Budget

      - turns: 0 of 30 used
      - time: 0 ms of 8 h used
      - tokens: 0 of 5M used
      - cost: $0.00 of $25.00 used

      ## Rules

      - Leave your work in the files of this directory. You need not commit; Baton takes every file that git does not ignore.
      - Baton runs the checks itself, in a clean checkout of your work. Files that git ignores are not there.
      - What you say about the result is not evidence. Do not claim success; make the checks pass and the criteria true.
      - Do not touch the protected paths. Baton puts them back before it checks anything.
      - Do not weaken, skip or special-case checks and tests to make them pass.
      - If the goal cannot be reached within the contract, say so plainly and say why."
    `);
  });

  test("reads like this when a session is resumed", () => {
    expect(turnPrompt(samplePrompt)).toMatchInlineSnapshot(`
      "Turn 3 of thread cart-7f3k

      You work toward a goal in this directory, turn by turn. After every turn Baton checks the result itself. The contract has not changed; it is repeated below.

      ## A person tells you

      Look at src/tabs.ts first.
      It is the cause.

      ## Take note

      - The same failure came 2 turns in a row.

      ## What the checks found

      1 of 2 checks passed on commit 1a2b3c4d5e6f.

      - tests: passed (12 s)
      - speed: failed (61 ms, wanted at most 50 ms; best so far 55; 850 ms)

      End of the output of speed:

      \`\`\`\`
      warm-up
      \`\`\`
      p95=61
      \`\`\`
      \`\`\`\`

      ## What the judge found

      not yet. The public API changed.

      - No public API changed: not yet. addItem | lost its second parameter

      Met: 1 of 2 criteria.

      ## Paths you should not have changed

      You changed protected paths. Baton put them back; the checks ran without your changes:

      - test/golden/cart.json

      1 changed path is outside the scope (allowed: src/**, test/**). Undo that, unless the goal cannot be reached otherwise; then say why:

      - docs/a.md

      ## The work so far

      3 files differ from the base commit so far (commit 1a2b3c4d5e6f).

      - src/cart.ts
      - src/index.ts
      - docs/a.md

      ## The contract

      ### Goal

      Every test in test/cart passes and lint is clean

      ### Background

      The cart lost items when two tabs were open.

      ### Done means

      1. All cart tests pass
      2. No public API changed

      ### Scope

      - Change only: \`src/**\`, \`test/**\`
      - Protected, do not change: \`test/golden/**\`

      ### Boundaries

      - Ask before touching billing/**

      ### Checks that Baton runs after this turn

      - tests: \`npm test\` (at most 10 min)
      - speed: \`node bench.js\` (its metric must be at most 50 ms; at most 60 s)

      When all checks pass, an independent judge who sees the diff and the results decides about each criterion.

      ## Budget

      More than 80 % is used of: tokens. Finish what matters most first.

      - turns: 2 of 30 used
      - time: 3 min 5 s of 8 h used
      - tokens: 4.2M of 5M used
      - cost: $1.25 of $25.00 used

      ## Rules

      - Leave your work in the files of this directory. You need not commit; Baton takes every file that git does not ignore.
      - Baton runs the checks itself, in a clean checkout of your work. Files that git ignores are not there.
      - What you say about the result is not evidence. Do not claim success; make the checks pass and the criteria true.
      - Do not touch the protected paths. Baton puts them back before it checks anything.
      - Do not weaken, skip or special-case checks and tests to make them pass.
      - If the goal cannot be reached within the contract, say so plainly and say why."
    `);
  });

  test("tells a fresh session what happened before, contract first", () => {
    const prompt = turnPrompt({ ...samplePrompt, session: "new", coldStart: "a fresh start, because nothing moved" });
    expect(prompt.indexOf("## The contract")).toBeLessThan(prompt.indexOf("## A person tells you"));
    expect(prompt).toContain("You start without the earlier conversation (a fresh start, because nothing moved).");
    expect(prompt).toContain("- turn 2, attempt 2: completed; 3 files changed; 1 of 2 checks passed; judge: not yet; 20k tokens");
  });

  test("says what a wrap-up turn is, and that an attempt was cut off", () => {
    const prompt = turnPrompt({ ...samplePrompt, wrapUp: true, attempt: 2 });
    expect(prompt).toMatch(/^Turn 3 of thread cart-7f3k\n/);
    expect(prompt).toContain("## This is the wrap-up turn");
    expect(prompt).toContain("attempt 2 at this turn");
  });

  test("is the same for an input that travelled as JSON", () => {
    expect(turnPrompt(JSON.parse(JSON.stringify(samplePrompt)) as PromptInput)).toBe(turnPrompt(samplePrompt));
  });

  test("stays within 60 kB and keeps heading, goal and rules, however much there is to say", () => {
    const much = "漢字 ``` 😀\n".repeat(20_000);
    const check = { name: "c", status: "failed", reason: "exit code 1", durationMs: 1, tail: much.slice(0, 4096) } as const;
    const prompt = turnPrompt({
      ...samplePrompt,
      goal: { ...sampleGoal, background: much, done: Array.from({ length: 300 }, (_, n) => `criterion ${n} ${"x".repeat(200)}`) },
      session: "new",
      steering: [much],
      notices: [much],
      files: Array.from({ length: 5000 }, (_, n) => `src/${"deep/".repeat(40)}${n}.ts`),
      verification: {
        commit: "c",
        passed: 0,
        of: 300,
        failed: [],
        checks: Array.from({ length: 300 }, () => check),
        signature: "s",
        activeMs: 1,
      },
      verdict: { overall: "not yet", reason: much, criteria: [], usage: { input: 0, cached: 0, output: 0 }, activeMs: 0 },
      history: Array.from({ length: 100 }, (_, n) => ({ ...samplePrompt.history[0]!, turn: n, outcome: much.slice(0, 4096) })),
    });
    expect(Buffer.byteLength(prompt)).toBeLessThanOrEqual(promptBytes);
    expect(prompt).toMatch(/^Turn 3 of thread/);
    expect(prompt).toContain(sampleGoal.goal);
    expect(prompt).toContain("## Rules");
  });

  test("tells what the reviewer found until it looks again", () => {
    const findings = [
      { text: "rounds twice", file: "src/cart.ts", line: 12, blocking: true },
      { text: "a shorter name", blocking: false },
    ];
    const prompt = turnPrompt({ ...samplePrompt, review: { turn: 2, outcome: "objected", findings } });
    expect(prompt).toMatch(
      /## What the reviewer found\n\nA reviewer read the work of turn 2\..*\n\n- src\/cart\.ts:12: rounds twice\n/,
    );
    expect(prompt).toContain("Remarks, yours to decide about:\n\n- a shorter name");
    expect(turnPrompt({ ...samplePrompt, review: { turn: 2, outcome: "approved", findings } })).not.toContain(
      "the reviewer found",
    );
  });
});
