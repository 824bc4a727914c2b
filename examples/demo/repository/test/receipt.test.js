import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { addItem, createCart } from "../src/cart.js";
import { receipt } from "../src/receipt.js";

test("a receipt looks as the printed one", () => {
  const cart = addItem(addItem(createCart(), { sku: "tea", name: "tea", cents: 333 }, 3), {
    sku: "cup",
    name: "cup",
    cents: 1250,
  });
  assert.equal(receipt(cart, 10), readFileSync(new URL("golden/receipt.txt", import.meta.url), "utf8"));
});
