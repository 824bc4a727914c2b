import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { searchAttributes } from "../workflows/search-attributes.ts";

test("the documentation names every search attribute for whoever has to add them by hand", () => {
  const text = readFileSync(new URL("../docs/operations.md", import.meta.url), "utf8");
  for (const { name } of Object.values(searchAttributes)) expect(text).toContain(`\`${name}\``);
});
