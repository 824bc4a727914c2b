import { expect, test } from "vitest";
import { isAtLeast } from "./git-version.ts";

test("versions compare by number, not by letter", () => {
  expect(["2.34.1", "git version 2.100.0", "3.0"].map((version) => isAtLeast(version, [2, 34]))).toEqual([true, true, true]);
  expect(["git version 2.33.9", "1.99", "nonsense"].map((version) => isAtLeast(version, [2, 34]))).toEqual([false, false, false]);
});
