import { describe, expect, it } from "vitest";
import { parseTaskLines } from "./parse-task-lines.ts";

describe("the output of a command", () => {
  it("is one task a line, as text or as a JSON object", () => {
    const text = '\n# a comment\nsrc/a b.ts\r\n  {"path": "src/b.ts", "size": 3}\n[draft] c\n"d"\n\n';
    expect(parseTaskLines(text)).toEqual([
      { name: "src/a b.ts", fields: { name: "src/a b.ts" } },
      { name: "src/b.ts", fields: { path: "src/b.ts", size: "3", name: "src/b.ts" } },
      { name: "[draft] c", fields: { name: "[draft] c" } },
      { name: '"d"', fields: { name: '"d"' } },
    ]);
  });

  it.each<[string, string, RegExp]>([
    ["nothing", "\n# nothing\n", /^the output of fan_out\.command has no task$/],
    ["JSON that is none", "a\n{b}", /^line 2 of the output of fan_out\.command begins with a brace but is not JSON: /],
    [
      "all tasks on one line",
      '[{"path": "a"}, {"path": "b"}]',
      /^line 1 of the output of fan_out\.command is a list of objects, and each/,
    ],
    ["a nested object", '{"a": {}}', /^line 1 of the output of fan_out\.command has a field "a" that is neither/],
    ["an empty object", "\n{}", /^line 2 of the output of fan_out\.command is empty$/],
    ["too many tasks", "a\n".repeat(5_000), /has 5000 tasks; at most 2000 go into one fan-out$/],
    ["too much", `${"x".repeat(7_000)}\n`.repeat(150), /has \d+ bytes of tasks; at most 500000 are carried along$/],
  ])("is refused for %s", (_name, text, message) => {
    expect(() => parseTaskLines(text)).toThrow(
      expect.objectContaining({ type: "GoalFile", message: expect.stringMatching(message) }),
    );
  });
});
