import { expect, test } from "vitest";
import { boundedLog } from "./bounded-log.ts";

test.each([1, 3, 7, 20, 100])("a log keeps its start and end, whatever the chunks (%d bytes)", (size) => {
  const all = Buffer.from(Array.from({ length: 60 }, (_, index) => String.fromCharCode(65 + (index % 26))).join(""));
  const log = boundedLog(20);
  for (let at = 0; at < all.length; at += size) log.append(all.subarray(at, at + size));
  expect(log.content().toString()).toBe("ABCDEFGHIJ\n[cut: 40 bytes are missing here]\nYZABCDEFGH");
  expect(log.tail(4).toString()).toBe(all.subarray(56).toString());
});

test("a short log is whole", () => {
  const log = boundedLog(20);
  expect(log.content().length).toBe(0);
  log.append(Buffer.from("abcdefghijklmno"));
  expect(log.content().toString()).toBe("abcdefghijklmno");
  expect(log.tail(12).toString()).toBe("defghijklmno");
  expect(log.tail(99).toString()).toBe("abcdefghijklmno");
});
