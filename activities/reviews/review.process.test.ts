import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { sampleGoal, sampleVerification } from "../../test/support/sample-thread.ts";
import { review } from "./review.ts";
import type { ReviewRequest } from "./review-request.ts";

let cwd: string;

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "baton-review-"));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

const command = { use: "command", args: [], env: [], rounds: 2, timeoutMs: 10_000 } as const;

/** A reviewer that keeps what it is asked and gives its answers one after the other. */
function ask(answers: readonly unknown[], { reviewer, ...more }: Partial<ReviewRequest> = {}) {
  const bin = join(cwd, "reviewer");
  const texts = answers.map((answer) => (typeof answer === "string" ? answer : JSON.stringify(answer)));
  texts.forEach((text, index) => writeFileSync(join(cwd, `answer-${index + 1}`), text));
  writeFileSync(bin, `#!/bin/sh\nn=1; while [ -e asked-$n ]; do n=$((n+1)); done\ncat > asked-$n; cat answer-$n\n`);
  chmodSync(bin, 0o755);
  return review({
    reviewer: { ...command, bin, instructions: "Look at rounding", ...reviewer },
    goal: sampleGoal,
    turn: 3,
    diff: "+const total = round(round(price));",
    verification: sampleVerification,
    cwd,
    env: { PATH: process.env["PATH"] ?? "" },
    signal: new AbortController().signal,
    ...more,
  });
}

const asked = (attempt: number) => JSON.parse(readFileSync(join(cwd, `asked-${attempt}`), "utf8")) as Record<string, any>;
const bug = { text: "rounds twice", file: "src/cart.ts", line: 12, blocking: true };

test("a reviewer is given contract, diff, checks and its instructions, and answers with findings", async () => {
  const found = await ask([{ approve: false, findings: [bug] }]);
  expect(found).toMatchObject({ outcome: "objected", findings: [bug], reason: "" });
  const { prompt, schema, turn, earlier, verification, ...rest } = asked(1);
  expect([turn, earlier, verification.of, schema.required]).toEqual([3, null, 2, ["approve", "findings"]]);
  for (const part of ["Review turn 3", "Look at rounding", "round(round(price))", "billing/**", "speed: failed", cwd])
    expect(prompt).toContain(part);
  expect(prompt).not.toContain("What you found in turn");
  expect(Object.keys(rest).toSorted()).toEqual(["diff", "goal"]);
});

test("it is told what it found before, whether those files changed, and what changed since", async () => {
  const findings = [
    { ...bug, changed: true },
    { text: "no test", file: "test/cart.ts", blocking: true, changed: false },
    { text: "a shorter name", blocking: false },
  ];
  await ask([{ approve: true, findings: [] }], { earlier: { turn: 2, findings, diff: "-round(" } });
  const { prompt } = asked(1);
  expect(prompt).toContain("What you found in turn 2");
  expect(prompt).toContain("src/cart.ts:12: rounds twice (blocking; file changed since)");
  expect(prompt).toContain("test/cart.ts: no test (blocking; file not changed since)");
  expect(prompt).toContain("a shorter name (remark)");
  expect(prompt).toMatch(/<<<DIFF \w+\n-round\(/);
});

test("one that answers with prose is asked once more; then there is no review", async () => {
  expect(await ask(["LGTM", { approve: true, findings: [] }])).toMatchObject({ outcome: "approved" });
  expect(asked(2).prompt).toContain("prose instead of JSON");
  rmSync(join(cwd, "asked-1"));
  rmSync(join(cwd, "asked-2"));
  const second = await ask(["LGTM", "Really"]);
  expect(second).toMatchObject({ outcome: "not reviewed", findings: [], reason: expect.stringContaining("prose") });
});

test("one that fails approves nothing", async () => {
  expect(await ask(["exit"], { reviewer: { ...command, bin: "false" } })).toMatchObject({
    outcome: "not reviewed",
    reason: "the reviewer ended with exit code 1",
  });
  await expect(ask([""], { reviewer: { ...command, bin: "/nowhere/reviewer" } })).rejects.toMatchObject({
    type: "AgentUnavailable",
    message: expect.stringContaining("the command reviewer cannot run on this host"),
  });
});
