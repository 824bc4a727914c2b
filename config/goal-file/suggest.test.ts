import { describe, expect, it } from "vitest";
import { editDistance, suggest } from "./suggest.ts";

describe("a suggestion for a mistyped word", () => {
  const known = ["turns", "turn_time", "time", "wall_time", "usd", "on_failure"];
  it.each<[string, string | undefined]>([
    ["turn", "turns"],
    ["turnTime", "turn_time"],
    ["turn-time", "turn_time"],
    ["tiem", "time"],
    ["on_fail", "on_failure"],
    ["USD", "usd"],
    ["zzz", undefined],
    ["x".repeat(100_000), undefined],
  ])("%s -> %s", (word, expected) => {
    expect(suggest(word, known)).toBe(expected);
  });

  it("counts a swap of neighbours as one edit", () => {
    expect(editDistance("verfiy", "verify")).toBe(1);
    expect(editDistance("", "abc")).toBe(3);
  });
});
