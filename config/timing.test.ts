import { expect, test } from "vitest";
import { timingOf } from "./timing.ts";

test("waits have defaults, and the environment changes them", () => {
  expect(timingOf({})).toMatchObject({ heartbeatTimeoutMs: 30_000, stallMs: 900_000, backoffMs: 30_000, backoffMaxMs: 900_000 });
  expect(timingOf({ BATON_BACKOFF_MS: "50", BATON_STALL_MS: "2000" })).toMatchObject({ backoffMs: 50, stallMs: 2000 });
});

test("the longest back-off is never shorter than the first", () => {
  expect(timingOf({ BATON_BACKOFF_MS: "5000", BATON_BACKOFF_MAX_MS: "10" }).backoffMaxMs).toBe(5000);
});

test.each(["0", "-1", "1.5", "soon", "1e3"])("%s is refused and the variable is named", (value) => {
  expect(() => timingOf({ BATON_STALL_MS: value })).toThrow(/BATON_STALL_MS/);
});
