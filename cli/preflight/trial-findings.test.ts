import { describe, expect, it } from "vitest";
import type { Goal } from "../../domain/goal.ts";
import type { CheckResult } from "../../domain/verification.ts";
import { trialFindings } from "./trial-findings.ts";

const goal = { verify: [{ name: "tests", run: "npm test", timeoutMs: 1 }] } as unknown as Goal;
const result = (change: Partial<CheckResult>): CheckResult => ({ name: "tests", status: "failed", durationMs: 5, ...change });
const findings = (checks: CheckResult[], of = goal) =>
  trialFindings(of, { setup: null, checks }).map(({ severity, where, text }) => `${severity} ${where}: ${text}`);

describe("what the run on the base commit says", () => {
  it("is nothing about a check that fails: that is what the goal is for", () => {
    expect(findings([result({ reason: "exit code 1" })])).toEqual([]);
  });

  it.each<[string, Partial<CheckResult>, string]>([
    [
      "a missing command",
      { status: "not run", reason: "command not found (exit code 127)", tail: "x\n/bin/sh: 1: npm: not found\n" },
      "error verify.0: tests cannot run: command not found (exit code 127) (/bin/sh: 1: npm: not found)",
    ],
    [
      "a timeout",
      { status: "timed out", reason: "timed out after 5 s" },
      "warning verify.0: tests timed out after 5 s on the base commit",
    ],
    [
      "a metric that was not found",
      { reason: "no metric found: nothing", metric: { value: null } },
      "error verify.0: tests ended well, but no metric found: nothing",
    ],
    [
      "a failure before the metric",
      { reason: "exit code 1", metric: { value: null } },
      "warning verify.0: tests failed before it printed its metric",
    ],
    [
      "checks that all pass",
      { status: "passed" },
      "warning verify: every check passes already on the base commit, so none of them tells whether the goal is achieved",
    ],
    [
      "slow checks",
      { durationMs: 660_000, reason: "exit code 1" },
      "warning verify: one verification takes 11 min, after every turn",
    ],
  ])("names %s", (_name, change, expected) => {
    expect(findings([result(change)])).toEqual([expected]);
  });

  it("lets checks pass already where subagents have checks of their own", () => {
    const fanOut = { template: { verify: goal.verify } } as unknown as NonNullable<Goal["fanOut"]>;
    expect(findings([result({ status: "passed" })], { ...goal, fanOut })).toEqual([]);
  });

  it("tells which checks of merged results fail without any", () => {
    const verify = ["lint", "types", "absent"].map((name) => ({ name, run: name, timeoutMs: 1 }));
    const fanOut = { template: { verify: [] }, merge: { verify } } as unknown as NonNullable<Goal["fanOut"]>;
    const mergeChecks = [
      result({ name: "lint", reason: "exit code 1" }),
      result({ name: "types", status: "passed" }),
      result({ name: "absent", status: "not run", reason: "command not found" }),
    ];
    const found = trialFindings({ ...goal, fanOut }, { setup: null, checks: [], mergeChecks });
    expect(found.map(({ severity, where, text }) => `${severity} ${where}: ${text}`)).toEqual([
      "warning fan_out.merge.verify.0: lint fails on the base commit, so no result is refused for it until one mends it",
      "error fan_out.merge.verify.2: absent cannot run: command not found",
    ]);
  });

  it("knows the placeholder that init writes", () => {
    const placeholder = {
      verify: [{ name: "tests", run: "echo 'x is to be replaced in goal.yaml' >&2; exit 1", timeoutMs: 1 }],
    } as unknown as Goal;
    expect(findings([result({})], placeholder)).toEqual(["error verify.0: tests is still the placeholder"]);
  });

  it("blames setup alone when it fails", () => {
    const setup = { run: "npm ci", ok: false, reason: "exit code 1", durationMs: 1, tail: "npm error code ENOLOCK" };
    expect(trialFindings(goal, { setup, checks: [] })).toEqual([
      {
        severity: "error",
        where: "setup",
        text: "setup does not work in a clean checkout: exit code 1 (npm error code ENOLOCK)",
        next: "Make this work from a fresh clone: npm ci",
      },
    ]);
  });
});
