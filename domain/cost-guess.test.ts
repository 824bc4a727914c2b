import { describe, expect, it } from "vitest";
import { guessCost } from "./cost-guess.ts";
import type { Budget, Goal, TokenPrice } from "./goal.ts";

const goal = (budget: Partial<Budget>, price?: TokenPrice) =>
  ({
    budget: { turnTimeMs: 1, ...budget },
    agents: { worker: { use: "codex", args: [], env: [], ...(price && { price }) } },
  }) as unknown as Goal;
const price = { input: 1, cached: 0.1, output: 10 };

describe("the guess of a goal's cost", () => {
  it("multiplies turns with a typical turn, and says what that is", () => {
    expect(guessCost(goal({ turns: 10 }), 0)).toEqual({
      turns: 10,
      tokens: 4_000_000,
      usd: null,
      timeMs: 3_600_000,
      assumption: "A typical turn uses 400k tokens (90 % cached, 2 % output) and 6 minutes; small goals use far less.",
      limitedBy: null,
    });
  });

  it("knows USD where a price is given", () => {
    expect(guessCost(goal({ turns: 10 }, price), 0).usd).toBeCloseTo(10 * 0.4 * (0.09 + 0.2 + 0.08));
  });

  it.each([
    ["tokens", { turns: 30, tokens: 800_000 }, 2],
    ["usd", { turns: 30, usd: 0.5 }, 3],
    ["time", { turns: 30, timeMs: 3_600_000 }, 5],
  ])("stops where %s run out", (limitedBy, budget, turns) => {
    const guess = guessCost(goal(budget, price), 6 * 60_000);
    expect(guess).toMatchObject({ limitedBy, turns });
  });

  it("never exceeds a limit, and never goes below one turn", () => {
    expect(guessCost(goal({ turns: 3, tokens: 10, usd: 0.01, timeMs: 5 }, price), 0)).toMatchObject({
      turns: 1,
      tokens: 10,
      usd: 0.01,
      timeMs: 5,
    });
  });

  it("counts the turns of all subagents, racers included, or those of one while the tasks are unknown", () => {
    const tasks = [1, 2, 3].map((id) => ({ name: `${id}`, fields: {} }));
    const fanOut = (change: object) =>
      ({ ...goal({}), fanOut: { template: goal({ turns: 5 }, price), race: [], ...change } }) as never;
    const list = { tasks: { kind: "list", tasks } };
    expect(guessCost(fanOut(list), 0)).toMatchObject({ turns: 15, usd: expect.any(Number), limitedBy: null });
    expect(guessCost(fanOut({ ...list, race: [1, 2] }), 0)).toMatchObject({ turns: 30 });
    expect(guessCost(fanOut({ tasks: { kind: "planner" } }), 0)).toMatchObject({
      turns: 5,
      assumption: expect.stringMatching(/^For one task: how many there are is not known yet\. A typical/),
    });
  });
});
