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

const tried: Action = ["append", ["tried.txt", "once more\n"]];
/** A gate that nobody opens: the agent works until somebody ends it. */
const forever: Action = ["gate", "never"];

describe.concurrent("a thread that gets nowhere", () => {
  test("asks when the agent goes back and forth", async () => {
    const flip = (text: string): readonly Action[] => [["write", ["side.txt", text]]];
    const thread = await world.start({
      plan: {
        turns: {
          1: flip("left\n"),
          2: flip("right\n"),
          3: flip("left\n"),
          4: flip("right\n"),
          5: flip("left\n"),
          6: flip("right\n"),
        },
      },
      goal: { on_failure: { same_failure: 50, no_progress: 2 } },
    });
    const { questions, turns } = await thread.asks();
    expect(questions).toMatchObject([{ kind: "noProgress", choices: ["continue", "stop"] }]);
    expect(questions[0]?.text).toContain("the work tree is back at a state it had before");
    expect(turns).toHaveLength(6);
    expect(thread.script.prompt(5)).toContain("the work tree is back at a state it had before");
    await world.must("answer", thread.id, "stop");
    await thread.settled("failed");
  });

  test("asks when the agent does nothing, although every check passes", async () => {
    const thread = await world.start({
      plan: { turns: { "*": [["say", "Everything is fine already."]] } },
      goal: { verify: ["true"], on_failure: { same_failure: 50, no_progress: 2 } },
    });
    const { questions, checkpoint, turns } = await thread.asks();
    expect(questions).toMatchObject([{ kind: "noProgress" }]);
    expect(questions[0]?.text).toContain("the turn changed no file");
    expect(turns.every(({ files }) => files === 0)).toBe(true);
    expect(checkpoint).not.toBeNull();
    await world.must("answer", thread.id, "stop");
    await thread.settled("failed");
  });

  test("goes on with what a person answers", async () => {
    const thread = await world.start({
      plan: { turns: { 1: [tried], 2: [tried], 3: [tried], 4: [tried], 5: [done] } },
      goal: { on_failure: { same_failure: 2, no_progress: 50 } },
    });
    await thread.asks();
    await world.must("answer", thread.id, "continue", "--text", "make a file named done");
    expect(await thread.settled()).toMatchObject({ turn: 5 });
    expect(thread.script.prompt(5)).toContain("make a file named done");
  });
});

describe.concurrent("a budget", () => {
  test("of turns stops the thread, and raising it lets the same thread go on", async () => {
    const thread = await world.start({ plan: { turns: { 1: [tried], 2: [tried], 3: [done] } }, goal: { budget: { turns: 2 } } });
    const { questions } = await thread.asks();
    expect(questions).toMatchObject([{ kind: "budget", next: expect.stringContaining("--turns +N") }]);
    expect(thread.script.prompt(2)).toContain("This is the wrap-up turn");
    expect((await world.baton(["answer", thread.id, "continue"])).stderr).toContain("raise it first");
    await world.must("budget", thread.id, "--turns", "+3");
    expect(await thread.settled()).toMatchObject({ turn: 3, budget: { turns: 5 } });
    expect(await thread.committedTurns()).toEqual([1, 2, 3]);
  });

  test.each([
    { dimension: "tokens", limit: 1000, raise: "+5k", usage: { input_tokens: 400, cached_input_tokens: 150, output_tokens: 50 } },
    { dimension: "usd", limit: 1, raise: "+3", usage: { input_tokens: 1, usd: 0.6 } },
  ])("of $dimension stops the agent in the middle of a turn", async ({ dimension, limit, raise, usage }) => {
    const thread = await world.start({
      plan: { turns: { 1: [tried, ["usage", usage]], 2: [["usage", usage], forever], 3: [tried], 4: [done] } },
      goal: { budget: { [dimension]: limit } },
    });
    const { questions, turns, spent } = await thread.asks();
    expect(questions).toMatchObject([{ kind: "budget" }]);
    expect(turns.map(({ outcome }) => outcome.replace(/:.*/, ""))).toEqual([
      "completed",
      `cut short (${dimension})`,
      "completed",
    ]);
    expect(spent[dimension as "tokens" | "usd"]).toBeCloseTo(limit * 1.2);
    expect(thread.script.prompt(3)).toContain("This is the wrap-up turn");
    expect(world.processesOf(thread.id)).toEqual([]);
    await world.must("answer", thread.id, "continue", `--${dimension}`, raise);
    expect(await thread.settled()).toMatchObject({ turn: 4 });
  });

  test("of time stops a turn that takes too long", async () => {
    const thread = await world.start({
      plan: { turns: { 1: [tried, forever], 2: [tried], 3: [done] } },
      goal: { budget: { time: "3s" } },
    });
    const { turns, spent } = await thread.asks();
    expect(turns[0]?.outcome).toContain("cut short (turnTime)");
    expect(spent.timeMs).toBeGreaterThanOrEqual(3000);
    expect(world.processesOf(thread.id)).toEqual([]);
    await world.must("budget", thread.id, "--time", "10m");
    const view = await thread.settled();
    expect(view.turns.map(({ turn }) => turn)).toEqual([1, 2, 3]);
    expect(await thread.repository.file(thread.branch, "tried.txt")).toBe("once more\nonce more");
  });

  test("of files is asked about when too many are changed", async () => {
    const plan = {
      turns: {
        1: [
          ["write", ["a", ""]],
          ["write", ["b", ""]],
        ],
        2: [done],
      },
    } as const;
    const thread = await world.start({ plan, goal: { budget: { files: 1 } } });
    expect((await thread.asks()).spent.files).toBe(2);
    await world.must("budget", thread.id, "--files", "3");
    await thread.settled();
  });
});

describe.concurrent("an agent that fails", () => {
  test("for a rate limit is tried again later, without costing a turn", async () => {
    const limited: Action = ["failure", { reason: "rate_limit", detail: "slow down", retry_after_s: 0.1 }];
    const thread = await world.start({
      plan: { turns: { 1.1: [limited, ["exit", 1]], 1.2: [limited, ["exit", 1]], 1.3: [done] } },
      goal: { budget: { turns: 1 } },
    });
    const view = await thread.settled();
    expect(view).toMatchObject({ turn: 1, spent: { turns: 1 } });
    expect(view.turns.map(({ turn, attempt }) => [turn, attempt])).toEqual([
      [1, 1],
      [1, 2],
      [1, 3],
    ]);
    expect(view.turns[0]?.outcome).toContain("slow down");
  });

  test("for its login asks a person at once", async () => {
    const thread = await world.start({
      plan: { turns: { 1.1: [["failure", { reason: "auth", detail: "log in first" }]], 1.2: [done] } },
    });
    const { questions } = await thread.asks();
    expect(questions).toMatchObject([{ kind: "agent" }]);
    expect(questions[0]?.text).toContain("log in first");
    await world.must("answer", thread.id, "continue");
    await thread.settled();
    expect(thread.script.attempts()).toEqual(["1.1", "1.2"]);
  });

  test("by a signal is never taken for success", async () => {
    const thread = await world.start({
      plan: { turns: { 1.1: [done, ["kill", "SIGKILL"]], 1.2: [["delete", "done"]], 2: [done] } },
    });
    const view = await thread.settled();
    expect(view.turns.map(({ outcome, passed }) => [outcome.replace(/\(.*/, "").trim(), passed])).toEqual([
      ["crashed", undefined],
      ["completed", 0],
      ["completed", 1],
    ]);
  });

  test("and prints 50 MB costs neither the turn nor the history", async () => {
    const thread = await world.start({ plan: { turns: { 1: [["print", 50], done] } } });
    await thread.settled();
    const { historySize } = await (await world.client()).workflow.getHandle(`thread/${thread.id}`).describe();
    expect(historySize).toBeLessThan(100_000);
  });
});
