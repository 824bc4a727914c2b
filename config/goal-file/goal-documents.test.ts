import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { goalSchemaText, withKeyTable } from "./goal-documents.ts";
import { goalJsonSchema, goalKeys } from "./schema-keys.ts";

const read = (name: string) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), "utf8");

describe("what is generated from the goal schema", () => {
  it("is the JSON Schema in docs (mend: npm run docs)", () => {
    expect(read("goal.schema.json")).toBe(goalSchemaText());
  });

  it("is the table of keys in docs (mend: npm run docs)", () => {
    const page = read("goal-file.md");
    expect(page).toBe(withKeyTable(page));
  });

  it("describes every key", () => {
    const keys = goalKeys(goalJsonSchema());
    expect(keys.length).toBeGreaterThan(50);
    expect(keys.filter((place) => !place.schema.description).map((place) => place.path)).toEqual([]);
  });
});
