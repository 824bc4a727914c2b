import { describe, expect, test } from "vitest";
import type { MetricSpec } from "./goal.ts";
import { bestMetric, betterMetric, measure, metricDirection, readMetric, searchedCharacters } from "./metric.ts";

const match = (pattern: string, all: string) => readMetric({ kind: "match", pattern }, { stdout: "", all });
const json = (path: string, stdout: string) => readMetric({ kind: "json", path }, { stdout, all: stdout });
const spec = (limits: Partial<MetricSpec>): MetricSpec => ({ source: { kind: "match", pattern: "x" }, ...limits });

describe("a metric read by pattern", () => {
  test.each([
    ["p95=([\\d.]+)", "p95=61.5 ms", 61.5],
    ["p95=([\\d.]+)", "p95=61 ms\nwarm-up done\np95=48 ms\n", 48],
    ["err ([-+\\deE.]+)", "err -1.5e-3", -0.0015],
    ["^total (\\d+)$", "total 1\ntotal 2\nrest", 2],
    ["\\d+", "7 of 9", 9],
    ["a(\\d+),", "a1,234", 1],
  ])("finds the first group of the last match of %s in %j", (pattern, output, value) => {
    expect(match(pattern, output)).toEqual({ value });
  });

  test.each([
    ["ops (\\d+)", "ops 12,345"],
    ["ops ([\\d,]+)", "ops 12,345"],
    ["(\\d+) ops", "12,345 ops"],
    ["ops (\\w+)", "ops many"],
    ["ops (\\S+)", "ops Infinity"],
    ["ops (\\S+)", "ops 1e999"],
    ["ops (\\d+)", "nothing here"],
    ["ops(?:(\\d+)|x)", "opsx"],
    ["ops (", "ops 1"],
  ])("refuses to guess for %s in %j", (pattern, output) => {
    expect(match(pattern, output)).toMatchObject({ value: null, problem: expect.stringMatching(/^no metric found: /) });
  });

  test("is looked for in the end of a long output only", () => {
    const filler = "x".repeat(searchedCharacters);
    expect(match("n=(\\d+)", `n=1 ${filler}`).value).toBeNull();
    expect(match("n=(\\d+)", `n=1 ${filler} n=2`).value).toBe(2);
  });
});

describe("a metric read from JSON", () => {
  test.each([
    ["results[1].mean", '{"results":[{"mean":1},{"mean":2.5}]}', 2.5],
    ["$.a", '{"a":3}', 3],
    ["$", "42", 42],
    ['["a.b"].c', '{"a.b":{"c":4}}', 4],
    ["a", '> bench\n[info] warm-up {1}\n{"a":1}\n{\n  "a": {"b": 2}\n}\n{"a":5}\ndone in 2 s\n', 5],
    ["a", '{"a":"12.5"}', 12.5],
    ["a", '{ not json\n{"a":6}', 6],
    ["[0]", "log\n[7,8]\n", 7],
  ])("finds %s in %j", (path, stdout, value) => {
    expect(json(path, stdout)).toEqual({ value });
  });

  test.each([
    ["a", "no json", /holds no JSON/],
    ["b", '{"a":1}', /not in the JSON/],
    ["a.b.c", '{"a":1}', /not in the JSON/],
    ["a", '{"a":null}', /not a number/],
    ["toString", '{"a":1}', /not in the JSON/],
  ])("says what is wrong with %s in %j", (path, stdout, problem) => {
    expect(json(path, stdout)).toMatchObject({ value: null, problem: expect.stringMatching(problem) });
  });

  test("gives up on output full of unclosed brackets in bounded time", () => {
    const startedAt = performance.now();
    expect(json("a", "{\n".repeat(200_000)).value).toBeNull();
    expect(performance.now() - startedAt).toBeLessThan(3000);
  });
});

describe("a threshold", () => {
  test("is met at exactly the limit and missed beyond it", () => {
    expect(measure(spec({ atMost: 50 }), { value: 50 }).failure).toBeUndefined();
    expect(measure(spec({ atMost: 50, unit: "ms" }), { value: 51 }).failure).toBe("51 ms, wanted at most 50 ms");
    expect(measure(spec({ atLeast: 80 }), { value: 79 }).failure).toBe("79, wanted at least 80");
    expect(measure(spec({}), { value: 1 }).failure).toBeUndefined();
  });

  test("fails when there is no number, and keeps the best value so far", () => {
    const missed = measure(spec({ atMost: 50 }), { value: null, problem: "no metric found: …" }, 40);
    expect(missed).toEqual({ metric: { value: null, atMost: 50, best: 40 }, failure: "no metric found: …" });
  });
});

describe("the better metric", () => {
  test("is the lower one but for a lower limit", () => {
    expect(metricDirection(spec({ atMost: 1 }))).toBe("lower");
    expect(metricDirection(spec({ atLeast: 1 }))).toBe("higher");
    expect(betterMetric(spec({ atMost: 1 }), 1, 2)).toBe(true);
    expect(betterMetric(spec({ atLeast: 1 }), 1, 2)).toBe(false);
    expect(bestMetric(spec({ atLeast: 1 }), undefined, 3)).toBe(3);
    expect(bestMetric(spec({ atLeast: 1 }), 3, 2)).toBe(3);
    expect(bestMetric(spec({ atMost: 1 }), 3, null)).toBe(3);
  });
});
