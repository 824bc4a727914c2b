import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { treeDelta } from "./tree-delta.ts";

const ids = Array.from({ length: 400 }, () => randomBytes(20));

function treeOf(...chosen: readonly number[]): Buffer {
  return Buffer.concat(chosen.flatMap((index) => [Buffer.from(`100644 file-${index}\0`), ids[index] ?? Buffer.alloc(20)]));
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

/** Reads a difference as the format's description says, not as it was written. */
function applied(before: Buffer, delta: Buffer): Buffer {
  let at = 0;
  const size = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = delta[at++] ?? 0;
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  expect(size()).toBe(before.length);
  const length = size();
  const parts: Buffer[] = [];
  const number = (op: number, bits: readonly number[]) =>
    bits.reduce((value, bit, index) => value | ((op & bit) === 0 ? 0 : (delta[at++] ?? 0) << (8 * index)), 0);
  while (at < delta.length) {
    const op = delta[at++] ?? 0;
    if (op < 128) {
      parts.push(delta.subarray(at, at + op));
      at += op;
      continue;
    }
    const from = number(op, [1, 2, 4, 8]);
    const count = number(op, [16, 32, 64]);
    parts.push(before.subarray(from, from + count));
  }
  const after = Buffer.concat(parts);
  expect(after.length).toBe(length);
  return after;
}

test.each([
  ["one entry changed", range(0, 300), [...range(0, 120), 350, ...range(121, 300)]],
  ["many entries added in a row", range(0, 100), range(0, 200)],
  ["entries removed at both ends", range(0, 300), range(50, 250)],
  ["entries in another order", range(0, 100), [...range(50, 100), ...range(0, 50)]],
  ["nothing changed", range(0, 300), range(0, 300)],
])("%s", (_what, old, now) => {
  const [before, after] = [treeOf(...old), treeOf(...now)];
  const delta = treeDelta({ before, after, idLength: 40 });
  expect(delta?.length).toBeLessThan(after.length);
  expect(applied(before, delta ?? Buffer.alloc(0))).toEqual(after);
});

test("trees that have nothing in common are no difference", () => {
  expect(treeDelta({ before: treeOf(...range(0, 100)), after: treeOf(...range(100, 200)), idLength: 40 })).toBeUndefined();
  expect(treeDelta({ before: treeOf(1), after: treeOf(), idLength: 40 })).toBeUndefined();
});
