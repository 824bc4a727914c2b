import { expect, test } from "vitest";
import { afterRefusal, afterStart, afterSuccess } from "./provider-back-off.ts";

const timing = { backoffMs: 1000, backoffMaxMs: 5000 };

test("the wait grows with each refusal in a row, up to its maximum", () => {
  let state = afterRefusal(undefined, { now: 0, startedAt: 0, random: 0 }, timing);
  const waits = [state.until];
  for (let round = 1; round < 5; round += 1) {
    const now = state.until;
    state = afterRefusal(state, { now, startedAt: now, random: 0 }, timing);
    waits.push(state.until - now);
  }
  expect(waits).toEqual([1000, 2000, 4000, 5000, 5000]);
});

test("agents that ran at the same time are refused once, however many they are", () => {
  const first = afterRefusal(undefined, { now: 100, startedAt: 0, random: 0 }, timing);
  const second = afterRefusal(first, { now: 150, startedAt: 50, random: 1 }, timing);
  expect(second).toEqual(first);
});

test("what the provider says goes before the doubling, and lengthens a wait but never shortens it", () => {
  const told = afterRefusal(undefined, { now: 0, startedAt: 0, retryAfterMs: 60_000, random: 0.5 }, timing);
  expect(told).toMatchObject({ until: 66_000, gapMs: 5_000 });
  const shorter = afterRefusal(told, { now: 10, startedAt: 0, retryAfterMs: 5, random: 0 }, timing);
  expect(shorter.until).toBe(66_000);
});

test("starts are spread until one that began after the refusal gets through", () => {
  const limited = afterRefusal(undefined, { now: 1000, startedAt: 0, random: 0 }, timing);
  const started = afterStart(limited, { now: 2000, random: 0.5 });
  expect(started.until).toBe(2125);
  expect(afterSuccess(started, { startedAt: 500 })).toBe(started);
  expect(afterSuccess(started, { startedAt: 2000 })).toBeUndefined();
});
