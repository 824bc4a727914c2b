import { expect, test } from "vitest";
import { definedIn, wholeNumber } from "./environment.ts";

test("a whole number is read, and what is none in its range is refused by name", () => {
  expect(wholeNumber({ N: "0" }, "N", [0, 5])).toBe(0);
  expect(wholeNumber({ N: "" }, "N")).toBeUndefined();
  for (const text of ["6", "-1", "1.5", "1e3", "12345678901234567", "many"]) {
    expect(() => wholeNumber({ N: text }, "N", [0, 5])).toThrow(expect.objectContaining({ type: "Settings", where: "N" }));
  }
});

test("what is not set is left out", () => {
  expect(definedIn({ A: "1", B: undefined, C: "" })).toEqual({ A: "1", C: "" });
});
