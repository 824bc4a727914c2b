import { expect, test } from "vitest";
import { endsInARow, restartDelayMs } from "./backoff.ts";

test("waits double from half a second to half a minute", () => {
  expect([1, 2, 3, 4, 7, 8, 50].map(restartDelayMs)).toEqual([500, 1000, 2000, 4000, 30_000, 30_000, 30_000]);
});

test("a service that ran for a while starts over", () => {
  expect(endsInARow(5, 1000)).toBe(6);
  expect(endsInARow(5, 600_000)).toBe(1);
});
