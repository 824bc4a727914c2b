import { styleText } from "node:util";
import { expect, it } from "vitest";
import { cutToWidth, rowsOf, widthOf } from "./terminal-width.ts";

const red = (text: string) => styleText("red", text, { validateStream: false });

it.each([
  ["cart", 4],
  ["数量", 4],
  ["🎉 ok", 5],
  ["e\u0301", 1],
  [red("cart"), 4],
  ["", 0],
])("%s takes %i columns", (text, columns) => {
  expect(widthOf(text)).toBe(columns);
});

it.each([
  ["cart", 4, "cart"],
  ["carts", 4, "car…"],
  ["数量很多", 5, "数量…"],
  ["数量很多", 6, "数量…"],
  ["🎉🎉🎉", 4, "🎉…"],
])("%s within %i columns is %s", (text, columns, cut) => {
  expect(cutToWidth(text, columns)).toBe(cut);
  expect(widthOf(cut)).toBeLessThanOrEqual(columns);
});

it("cuts a styled line without losing the end of its style", () => {
  expect(cutToWidth(`${red("failed")}  why it failed`, 4)).toBe(red("fai…"));
});

it.each([
  ["abcdef\ng", 4, ["abcd", "ef", "g"]],
  ["数量很", 5, ["数量", "很"]],
  ["", 5, [""]],
  ["abc", Number.POSITIVE_INFINITY, ["abc"]],
])("%j on a terminal of %i columns takes the rows %j", (text, columns, rows) => {
  expect(rowsOf(text, columns)).toEqual(rows);
});
