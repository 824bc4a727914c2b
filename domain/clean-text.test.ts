import { expect, test } from "vitest";
import { keepEnd, keepStart, oneLine, utf8Bytes } from "./bounded-text.ts";
import { cleanText } from "./clean-text.ts";

test.each([
  ["\u001b[1;31mred\u001b[0m", "red"],
  ["\u001b]8;;http://x\u0007link\u001b]8;;\u0007", "link"],
  ["\u001b]0;title\u001b\\text", "text"],
  ["10%\r50%\r100%\nnext", "100%\nnext"],
  ["dos\r\nline\r\n", "dos\nline\n"],
  ["bell\u0007 nul\u0000 tab\t.", "bell nul tab\t."],
  ["ab\u202ecd", "abcd"],
  ["über ✓ 😀", "über ✓ 😀"],
])("cleans %j", (text, clean) => {
  expect(cleanText(text)).toBe(clean);
});

test("bounded text keeps whole characters, its bound, and says what is missing", () => {
  const text = "é😀x".repeat(100);
  for (const bounded of [keepStart(text, 100), keepEnd(text, 100)]) {
    expect(utf8Bytes(bounded)).toBeLessThanOrEqual(100);
    expect(bounded).toMatch(/\[cut: \d+ (?:more bytes|bytes before)\]/);
    expect(bounded).not.toMatch(/\p{Surrogate}/u);
  }
  expect(keepStart("short", 100)).toBe("short");
  expect(keepEnd("short", 5)).toBe("short");
  expect(utf8Bytes(text)).toBe(Buffer.byteLength(text));
});

test("one line is one line", () => {
  expect(oneLine(" a\n b\t c ", 10)).toBe("a b c");
  expect(oneLine("abcdefgh", 5)).toBe("abcd…");
});
