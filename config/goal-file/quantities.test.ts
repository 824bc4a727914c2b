import { describe, expect, it } from "vitest";
import { parseCount, parseDuration } from "./quantities.ts";

describe("quantities", () => {
  it.each([
    ["500ms", 500],
    ["45s", 45_000],
    ["10m", 600_000],
    ["8h", 28_800_000],
    ["1h30m", 5_400_000],
    ["1.5h", 5_400_000],
    ["1d2h3m4s5ms", 93_784_005],
    ["0s", 0],
  ])("the duration %s is %d ms", (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(["", "10", "m", "10 m", "10min", "-5m", "5m1h", "1m1m", "1e3s", "∞h", "10M"])("%j is no duration", (text) => {
    expect(parseDuration(text)).toBeNaN();
  });

  it.each([
    ["200k", 200_000],
    ["5M", 5_000_000],
    ["1.5M", 1_500_000],
    ["2G", 2_000_000_000],
  ])("the count %s is %d", (text, count) => {
    expect(parseCount(text)).toBe(count);
  });

  it.each(["", "5", "5m", "5 M", "-5M", "5MM", "k"])("%j is no count", (text) => {
    expect(parseCount(text)).toBeNaN();
  });
});
