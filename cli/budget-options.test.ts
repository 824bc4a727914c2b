import { expect, test } from "vitest";
import { budgetChangeOf } from "./budget-options.ts";

test("a number sets a limit and a plus sign raises it", () => {
  expect(
    budgetChangeOf({
      turns: "40",
      time: "+2h",
      wallTime: "1d",
      tokens: "+1M",
      usd: "+5.5",
      files: "20",
      turnTime: "45m",
      json: true,
    }),
  ).toEqual({
    turns: { set: 40 },
    timeMs: { add: 7_200_000 },
    wallTimeMs: { set: 86_400_000 },
    tokens: { add: 1_000_000 },
    usd: { add: 5.5 },
    files: { set: 20 },
    turnTimeMs: { set: 2_700_000 },
  });
});

test.each([
  { turns: "-1" },
  { turns: "1.5" },
  { turns: "0" },
  { turns: "" },
  { time: "2" },
  { tokens: "1m" },
  { usd: "NaN" },
  { usd: "1e9" },
])("%j is refused as a usage error", (values) => {
  expect(() => budgetChangeOf(values)).toThrow(expect.objectContaining({ type: "Usage" }));
});
