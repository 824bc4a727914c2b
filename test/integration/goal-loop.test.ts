import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createWorld, type BatonWorld } from "../support/baton-world.ts";
import { done, type Action } from "../support/script.ts";

let world: BatonWorld;

beforeAll(async () => {
  world = await createWorld();
});

afterAll(async () => {
  await world.close();
});

const lie: Action = ["say", "All tests pass. The goal is achieved."];

describe.concurrent("a goal loop", () => {
  test("is told what failed, mends it, and is achieved", async () => {
    const thread = await world.start({
      files: { "answer.txt": "41\n" },
      plan: { turns: { 1: [["write", ["answer.txt", "43\n"]], lie], 2: [["write", ["answer.txt", "42\n"]]] } },
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

  test("never achieves a goal because the agent says so", async () => {
    const thread = await world.start({
      plan: { turns: { "*": [["append", ["notes.txt", "worked on it\n"]], lie] } },
      goal: { budget: { turns: 20 }, on_failure: { same_failure: 2, no_progress: 9, then: "stop" } },
    });
    const view = await thread.settled("failed");
    expect(view.reason).toContain("The same failure came");
    expect(view.turns.map(({ passed, outcome }) => [passed, outcome])).toEqual(Array.from({ length: 4 }, () => [0, "completed"]));
    expect(thread.script.prompt(3)).toContain("The same failure came 2 turns in a row.");
    expect(thread.script.prompt(4)).toContain("a fresh start");
  });

  test("puts protected paths back, so that editing tests does not help", async () => {
    const thread = await world.start({
      files: { "src.txt": "bad\n", "test/check.sh": "grep -x good src.txt\n" },
      plan: {
        turns: {
          1: [["write", ["test/check.sh", "exit 0\n"]], ["write", ["test/extra.sh", "exit 0\n"]], lie],
          2: [["write", ["src.txt", "good\n"]]],
        },
      },
      goal: { scope: { protect: ["test/**"] }, verify: ["sh test/check.sh"] },
    });
    const view = await thread.settled();
    expect(view.turns.map(({ passed }) => passed)).toEqual([0, 1]);
    expect(thread.script.prompt(2)).toMatch(/You changed protected paths[\s\S]*test\/check\.sh/);
    expect(await thread.repository.git("diff", "--name-only", "main", thread.branch)).toBe("src.txt");
  });

  test("is not achieved while something outside the scope is changed", async () => {
    const thread = await world.start({
      plan: {
        turns: {
          1: [
            ["write", ["src/a.txt", "a\n"]],
            ["write", ["else.txt", "b\n"]],
          ],
          2: [["delete", "else.txt"]],
        },
      },
      goal: { scope: { allow: ["src/**"] }, verify: ["test -f src/a.txt"] },
    });
    const view = await thread.settled();
    expect(view.turns.map(({ passed, of }) => [passed, of])).toEqual([
      [1, 1],
      [1, 1],
    ]);
    expect(thread.script.prompt(2)).toMatch(/outside the scope[\s\S]*else\.txt/);
    expect(await thread.repository.git("diff", "--name-only", "main", thread.branch)).toBe("src/a.txt");
  });

  test("holds a metric against its threshold and remembers the best", async () => {
    const size = (bytes: number): Action => ["write", ["size.txt", `size=${bytes}\n`]];
    const thread = await world.start({
      plan: { turns: { 1: [size(20)], 2: [size(30)], 3: [size(10)] } },
      goal: { verify: [{ name: "size", run: "cat size.txt", metric: { match: "size=(\\d+)", unit: "kB", at_most: 10 } }] },
    });
    const view = await thread.settled();
    expect(view.checks[0]).toMatchObject({
      name: "size",
      status: "passed",
      metric: { value: 10, atMost: 10, best: 10, unit: "kB" },
    });
    expect(thread.script.prompt(2)).toContain("20 kB, wanted at most 10 kB");
    expect(thread.script.prompt(3)).toMatch(/30 kB, wanted at most 10 kB.*best so far 20/);
  });

  test("gives the judge's reason to the agent, and asks the judge only when the checks pass", async () => {
    const thread = await world.start({
      plan: {
        turns: { 1: [["say", "not yet there"]], 2: [done], 3: [["write", ["why.txt", "because\n"]]] },
        judge: { 2: { overall: "not_yet", reason: "why.txt is missing" } },
      },
      goal: { done: ["why.txt tells why"] },
    });
    const view = await thread.settled();
    expect(thread.script.judged()).toEqual([2, 3]);
    expect(view.turns.map(({ verdict }) => verdict)).toEqual([undefined, "not yet", "met"]);
    expect(view.verdict).toMatchObject({ overall: "met", criteria: [{ criterion: "why.txt tells why", status: "met" }] });
    expect(thread.script.prompt(3)).toContain("not yet. why.txt is missing");
  });

  test("asks a person when the judge answers prose", async () => {
    const thread = await world.start({
      plan: { turns: { 1: [done] }, judge: { "*": { prose: "Looks good to me!" } } },
      goal: { done: ["It is done"] },
    });
    const view = await thread.asks();
    expect(view).toMatchObject({ status: "waiting", verdict: { overall: "not judged" }, questions: [{ kind: "judge" }] });
    expect(thread.script.judged()).toEqual([1, 1]);
    await world.must("answer", thread.id, "stop");
    expect(await thread.settled("stopped")).toMatchObject({ questions: [] });
  });

  test("asks a person when the judge finds the goal impossible", async () => {
    const plan = { turns: { 1: [done] }, judge: { 1: { overall: "impossible", reason: "pi is not 3" } } } as const;
    const thread = await world.start({ plan, goal: { done: ["pi is 3"] } });
    const { questions } = await thread.asks();
    expect(questions).toMatchObject([{ kind: "impossible", text: "The judge finds the goal impossible: pi is not 3" }]);
    await world.must("answer", thread.id, "continue", "--text", "in Indiana it is");
    await thread.settled();
    expect(thread.script.prompt(2)).toContain("in Indiana it is");
  });

  test("delivers to a branch that it pushes, and leaves main alone", async () => {
    const prepared = await world.prepare({
      plan: { turns: { 1: [done] } },
      goal: { deliver: { branch: "baton/done", push: "origin" } },
    });
    const { repository } = prepared;
    await repository.git("init", "--quiet", "--bare", "../bare.git");
    await repository.git("remote", "add", "origin", "../bare.git");
    const thread = await world.run(prepared);
    const { checkpoint } = await thread.settled();
    expect(thread.branch).toBe("baton/done");
    expect(await repository.git("ls-remote", "origin")).toBe(`${checkpoint?.commit}\trefs/heads/baton/done`);
    expect(await repository.git("branch", "--format=%(refname:short)")).toBe("baton/done\nmain");
  });
});
