import { describe, expect, it } from "vitest";
import { toTask } from "./to-task.ts";

describe("a task", () => {
  it.each<[string, unknown, object]>([
    ["a text", "mend a", { name: "mend a", fields: { name: "mend a" } }],
    ["a mapping with a name", { name: "a", path: "p" }, { name: "a", fields: { name: "a", path: "p" } }],
    ["a mapping with a path", { id: 5, path: "p" }, { name: "p", fields: { id: "5", path: "p", name: "p" } }],
    ["a mapping with a title", { id: 5, title: "t" }, { name: "t", fields: { id: "5", title: "t", name: "t" } }],
    ["other fields", { speed: 1.5, fast: true }, { name: "1.5", fields: { speed: "1.5", fast: "true", name: "1.5" } }],
    ["a blank name", { name: " ", path: "p" }, { name: "p", fields: { name: "p", path: "p" } }],
  ])("comes from %s", (_name, value, task) => {
    expect(toTask(value)).toEqual({ task });
  });

  it.each<[string, string, string]>([
    ["many lines", "a\n\n b\tc", "a b c"],
    ["a long one", "é".repeat(100), `${"é".repeat(59)}…`],
    ["terminal sequences", "\u001b[31mred\u001b[0m\u0007 \u202eabc", "red abc"],
    ["a pair of surrogates at the end", `${"x".repeat(58)}\u{1f600}yy`, `${"x".repeat(58)}…`],
    ["a shell command", "$(rm -rf /)", "$(rm -rf /)"],
  ])("has a name for people, from %s, and its field as it was", (_name, value, name) => {
    expect(toTask(value)).toEqual({ task: { name, fields: { name: value } } });
  });

  it.each<[string, unknown, string]>([
    ["nothing", null, "is neither a text nor a mapping of fields"],
    ["a number", 5, "is neither a text nor a mapping of fields"],
    ["a list", ["a"], "is neither a text nor a mapping of fields"],
    ["an empty text", "  ", "is empty"],
    ["an invisible text", "\u001b[0m", "is empty"],
    ["characters without width", "\u200b \u2060", "is empty"],
    ["an empty mapping", {}, "is empty"],
    ["a NUL character", "a\0", "has a NUL character in it"],
    ["a NUL character in a field", { a: "\0" }, 'has a NUL character in its field "a"'],
    ["a field in a field", { a: { b: 1 } }, 'has a field "a" that is neither text, a number nor true or false'],
    ["a field without value", { a: null }, 'has a field "a" that is neither text, a number nor true or false'],
    [
      "a number that would become another",
      { id: 2 ** 53 },
      'has a field "id" with a number that is too large to be exact: write it as a text',
    ],
    ["a number that is none", { a: Number.NaN }, 'has a field "a" that is neither text, a number nor true or false'],
    [
      "a field with a bad name",
      { "a-b": 1 },
      'has a field "a-b": names are small letters, digits and underscores, a letter first, 40 at most',
    ],
    [
      "a field of the prototype",
      JSON.parse('{ "__proto__": "a" }'),
      'has a field "__proto__": names are small letters, digits and underscores, a letter first, 40 at most',
    ],
    ["too much", "x".repeat(16_000), "has 16094 bytes; at most 16000 are carried along"],
  ])("does not come from %s", (_name, value, problem) => {
    expect(toTask(value)).toMatchObject({ problem });
  });
});
