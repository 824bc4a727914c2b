import assert from "node:assert/strict";
import { test } from "node:test";
import { addItem, createCart, removeItem, totalCents } from "../src/cart.js";

const tea = { sku: "tea", name: "tea", cents: 333 };
const cup = { sku: "cup", name: "cup", cents: 1250 };

test("a cart adds up its lines", () => {
  assert.equal(totalCents(addItem(addItem(createCart(), tea), cup, 2)), 2833);
});

test("an item put in twice is one line with both quantities", () => {
  const cart = addItem(addItem(createCart(), tea), tea, 2);
  assert.deepEqual(cart.lines, [{ ...tea, quantity: 3 }]);
});

test("a removed item is gone", () => {
  assert.deepEqual(removeItem(addItem(createCart(), tea), "tea"), createCart());
});

test("a coupon is taken off the sum and rounded once", () => {
  assert.equal(totalCents(addItem(createCart(), tea, 3), 10), 899);
});
