import { expect, test } from "vitest";
import { dollars, duration, metricText, tokens } from "./quantities.ts";

test.each([
  [0, "0 ms"],
  [999, "999 ms"],
  [1250, "1.3 s"],
  [12_400, "12 s"],
  [59_600, "60 s"],
  [120_000, "2 min"],
  [185_000, "3 min 5 s"],
  [7_800_000, "2 h 10 min"],
  [28_800_000, "8 h"],
  [3_599_900, "1 h"],
])("%d ms is %s", (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test("tokens, dollars and metrics are short", () => {
  expect([950, 12_345, 999_960, 5_000_000].map(tokens)).toEqual(["950", "12.3k", "1M", "5M"]);
  expect([0, 0.0042, 1.249].map(dollars)).toEqual(["$0.00", "$0.0042", "$1.25"]);
  expect(metricText({ value: 61, unit: "ms", atMost: 50, best: 55 })).toBe("61 ms (at most 50, best 55)");
  expect(metricText({ value: null })).toBe("no metric found");
});
