import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createWorld, type BatonWorld } from "../support/baton-world.ts";

let world: BatonWorld;

beforeAll(async () => {
  world = await createWorld();
});

afterAll(async () => {
  await world.close();
});

describe("a goal loop", () => {
  test("is told what failed, mends it, and is achieved", async () => {
    const thread = await world.start({
      files: { "answer.txt": "41\n" },
      plan: { turns: { 1: [["write", ["answer.txt", "43\n"]]], 2: [["write", ["answer.txt", "42\n"]]] } },
      goal: { verify: [{ name: "answer", run: "grep -x 42 answer.txt || { echo wrong: $(cat answer.txt); exit 7; }" }] },
    });
    const view = await thread.settled();
    expect(view).toMatchObject({ turn: 2, delivered: true, checks: [{ name: "answer", status: "passed" }] });
    expect(thread.script.prompt(1)).not.toContain("What the checks found");
    expect(thread.script.prompt(2)).toMatch(/answer: failed \(exit code 7[\s\S]*wrong: 43/);
    expect(await thread.committedTurns()).toEqual([1, 2]);
    expect(await thread.repository.file(thread.branch, "answer.txt")).toBe("42");
    expect(await world.view(thread.id)).toEqual(view);
  });
});
