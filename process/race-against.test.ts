import { expect, test } from "vitest";
import { raceAgainst } from "./race-against.ts";

test("results come through until the end has come", async () => {
  let finish: () => void = () => undefined;
  const race = raceAgainst(new Promise<void>((resolve) => (finish = resolve)));
  expect(await race(Promise.resolve(1))).toBe(1);
  await expect(race(Promise.reject(new Error("own")))).rejects.toThrow("own");
  const waiting = race(new Promise<number>(() => undefined));
  finish();
  expect(await waiting).toBeUndefined();
  expect(await race(new Promise<number>(() => undefined))).toBeUndefined();
});

test("an end that fails is an end", async () => {
  const race = raceAgainst(Promise.reject(new Error("failed")));
  expect(await race(new Promise<number>(() => undefined))).toBeUndefined();
});
