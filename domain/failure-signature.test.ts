import { describe, expect, test } from "vitest";
import { failureSignature } from "./failure-signature.ts";
import type { CheckResult } from "./verification.ts";

const failed = (tail: string, more: Partial<CheckResult> = {}): CheckResult => ({
  name: "tests",
  status: "failed",
  reason: "exit code 1",
  durationMs: 1,
  tail,
  ...more,
});
const signature = (tail: string, more?: Partial<CheckResult>) => failureSignature([failed(tail, more)]);

describe("a failure signature", () => {
  test("is empty when every check passed", () => {
    expect(failureSignature([failed("x", { status: "passed" })])).toBe("");
    expect(failureSignature([])).toBe("");
  });

  test.each([
    ["durations", "FAIL cart.test.ts (1.25 s)", "FAIL cart.test.ts (987ms)"],
    ["numbers", "expected 3 to be 4", "expected 31 to be 40"],
    ["hex addresses", "at 0x7ffe12ab", "at 0x1"],
    ["commits", "HEAD is now at 1a2b3c4", "HEAD is now at 9f8e7d6c5b"],
    ["ids", "job 6f1c3a52-9a0b-4f5e-8a3e-0d7c1d1f2a3b died", "job 00000000-0000-4000-8000-000000000001 died"],
    ["temporary paths", "open /tmp/baton-abc/x.ts failed", "open /tmp/baton-zzzz/y/x.ts failed"],
    ["times", "2026-11-20T10:00:01.5Z boom", "2025-01-02 03:04:05 boom"],
    ["colours", "\u001b[31mFAIL\u001b[39m cart", "FAIL cart"],
    ["order", "FAIL a\nFAIL b", "FAIL b\nFAIL a"],
    ["white space", "a  b", "a b"],
  ])("does not see %s", (_what, one, other) => {
    expect(signature(one)).toBe(signature(other));
  });

  test("tells different failures, checks and statuses apart", () => {
    const all = [
      signature("expected red to be blue"),
      signature("expected red to be green"),
      signature("expected red to be blue", { name: "lint" }),
      signature("expected red to be blue", { status: "timed out" }),
      failureSignature([failed("expected red to be blue"), failed("x", { name: "lint" })]),
    ];
    expect(new Set(all).size).toBe(all.length);
    expect(all[0]).toMatch(/^[0-9a-f]{16}$/);
  });

  test("stays the same when digits move the start of a full tail", () => {
    const body = Array.from({ length: 200 }, (_, index) => `  at line ${index} of module ${"abcdefgh"[index % 8]}`).join("\n");
    expect(signature(`${body}\ntook 9 ms`.slice(-4096))).toBe(signature(`${body}\ntook 12345 ms`.slice(-4096)));
  });
});
