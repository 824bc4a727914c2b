import { expect, test } from "vitest";
import { firstBytes, firstChars, lastBytes } from "./bounded-text.ts";

test.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])("start and end of a text take at most %i bytes, in whole characters", (bytes) => {
  const text = "aé€😀";
  const kept = [firstBytes(text, bytes), lastBytes(text, bytes)];
  for (const each of kept) expect(Buffer.byteLength(each)).toBeLessThanOrEqual(bytes);
  expect(text.startsWith(kept[0] ?? "") && text.endsWith(kept[1] ?? "")).toBe(true);
  expect(kept.join("")).not.toMatch(/\p{Cs}/u);
});

test("a text that fits stays whole", () => {
  expect([firstBytes("aé€😀", 10), lastBytes("aé€😀", 10), firstChars("abc", 3)]).toEqual(["aé€😀", "aé€😀", "abc"]);
});

test("a text that is cut ends with three dots and no half character", () => {
  expect(firstChars("abcd", 3)).toBe("ab…");
  expect(firstChars("ab😀d", 4)).toBe("ab…");
});
