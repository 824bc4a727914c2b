import { describe, expect, it } from "vitest";
import { subagentId } from "./subagent-id.ts";

describe("the id of a subagent", () => {
  it.each([
    ["Fix the cart", 1, "fix-the-cart-0123abcd"],
    ["../../etc/passwd", 2, "etc-passwd-0123abcd-2"],
    ["数量", 1, "task-0123abcd"],
    ["a".repeat(200), 1, `${"a".repeat(24)}-0123abcd`],
  ])("for %s, try %i, is %s", (name, number, id) => {
    expect(subagentId({ name, key: "0123abcdef" }, number)).toBe(id);
  });
});
