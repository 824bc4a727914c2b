import { expect, test } from "vitest";
import type { Check } from "../goal.ts";
import { mergeChecks } from "./merge-checks.ts";

const check = (run: string, more: Partial<Check> = {}): Check => ({ name: "tests", run, timeoutMs: 1000, ...more });

test("the same command with the same environment runs once, for the longest of the times", () => {
  const one = { name: "one", checks: [check("make test"), check("test -f $F", { env: ["F=1", "G=2"] })] };
  const two = { name: "two", checks: [check("make test", { timeoutMs: 9000 }), check("test -f $F", { env: ["G=2", "F=1"] })] };
  const three = { name: "three", checks: [check("test -f $F", { env: ["F=3"] })] };
  expect(mergeChecks([check("make test")], [one, two, three])).toEqual([
    check("make test", { timeoutMs: 9000 }),
    check("test -f $F", { env: ["F=1", "G=2"], name: "tests (one)" }),
    check("test -f $F", { env: ["F=3"], name: "tests (three)" }),
  ]);
});

test("a command that is measured differs from the same one that is not", () => {
  const metric = { source: { kind: "match", pattern: "(\\d+)" }, atMost: 3 } as const;
  expect(mergeChecks([check("size")], [{ name: "one", checks: [check("size", { metric })] }])).toHaveLength(2);
});
