import { expect, test } from "vitest";
import { readJsonLines, type JsonRecord } from "./json-lines.ts";
import { splitLines } from "./line-splitter.ts";

function linesOf(chunks: readonly string[], maxBytes: number): [string, boolean][] {
  const lines: [string, boolean][] = [];
  const splitter = splitLines((line, cut) => lines.push([line, cut]), maxBytes);
  for (const chunk of chunks) splitter.write(Buffer.from(chunk));
  splitter.end();
  return lines;
}

test("lines survive chunks that end anywhere, also inside a character", () => {
  const euro = Buffer.from("a€b\n");
  const lines: string[] = [];
  const splitter = splitLines((line) => lines.push(line));
  splitter.write(euro.subarray(0, 2));
  splitter.write(euro.subarray(2));
  splitter.write(Buffer.from("last"));
  splitter.end();
  expect(lines).toEqual(["a€b", "last"]);
});

test("a line beyond the bound is cut, and the next one is whole again", () => {
  expect(linesOf(["abcdef", "ghi\nxy\n"], 4)).toEqual([
    ["abcd", true],
    ["xy", false],
  ]);
});

test("what is no JSON object is skipped", () => {
  const records: JsonRecord[] = [];
  const reader = readJsonLines(
    (record) => records.push(record),
    () => undefined,
  );
  reader.write(Buffer.from('WARNING\n[1]\n{"a":1}\n{"torn\n\n{"b":2}'));
  reader.end();
  expect(records).toEqual([{ a: 1 }, { b: 2 }]);
});

test("a stream that holds nothing else is reported once", () => {
  let reports = 0;
  const reader = readJsonLines(
    () => undefined,
    () => {
      reports += 1;
    },
  );
  for (let count = 0; count < 5; count += 1) reader.write(Buffer.from("y\n".repeat(10_000)));
  expect(reports).toBe(1);
});
