import { describe, expect, it } from "vitest";
import { afterAnswer, afterBudgetChange, refuseAnswer } from "./questions.ts";
import { deliverable } from "./settling.ts";
import { baseTree, goalFor, play, threadWith } from "../test/support/play-thread.ts";

const passes = { failed: [] };
const judged = goalFor({
  agents: { worker: { use: "codex", args: [], env: [] }, judge: { use: "command", args: [], env: [], timeoutMs: 1000 } },
});

describe("a goal loop", () => {
  it("goes on until every check passes, and says why it ended", () => {
    const { state, turns } = play(threadWith(goalFor()), [{}, {}, passes]);
    expect(turns.map(({ turn }) => turn)).toEqual([1, 2, 3]);
    expect(state.ending).toEqual({ status: "achieved", reason: "1 of 1 checks passed" });
  });

  it("asks the judge only when the checks pass, and takes another turn when it is not content", () => {
    const { state, turns } = play(threadWith(judged), [{}, { ...passes, verdict: "not yet" }, { ...passes, verdict: "met" }]);
    expect(turns).toHaveLength(3);
    expect(state.turns.map(({ verdict }) => verdict)).toEqual([undefined, "not yet", "met"]);
    expect(state.ending?.status).toBe("achieved");
  });

  it("never takes a missing verdict for a good one", () => {
    const { state, stoppedAt } = play(threadWith(judged), [{ ...passes, verdict: "not judged" }]);
    expect(stoppedAt).toEqual({ kind: "wait", for: "answer" });
    expect(state.questions[0]?.kind).toBe("judge");
    expect(afterAnswer(state, { choice: "continue" }, 1000).phase).toBe("judge");
  });

  it("does not achieve anything by an agent that did nothing, even when all checks pass", () => {
    const idle = { ...passes, tree: baseTree, tokens: 0, toolCalls: 0, files: 0 };
    const { state } = play(threadWith(goalFor()), [idle, idle]);
    expect(state.ending).toBeNull();
    expect(deliverable(state)).toBeNull();
  });

  it("does not achieve anything while files outside the scope are changed", () => {
    const { state } = play(threadWith(goalFor()), [{ ...passes, outOfScope: ["billing/tax.ts"] }]);
    expect(state.ending).toBeNull();
    expect(state.phase).toBe("turn");
  });
});

describe("a loop without progress", () => {
  const same = { signature: "same" };

  it("tells the agent, then starts a fresh session, then asks the person", () => {
    const { state, turns } = play(threadWith(goalFor()), [same, same, same, same, same]);
    expect(turns).toHaveLength(5);
    expect(state.questions[0]?.kind).toBe("noProgress");
    const told = play(threadWith(goalFor()), [same, same, same]).state;
    expect(told.notices).toEqual(["The same failure came 3 turns in a row."]);
    expect(told.session).not.toBeNull();
    const fresh = play(threadWith(goalFor()), [same, same, same, same]).state;
    expect(fresh.session).toBeNull();
    expect(fresh.coldStart).toContain("fresh start");
  });

  it("ends as failed when the goal says stop", () => {
    const goal = goalFor({ onFailure: { sameFailure: 1, noProgress: 5, then: "stop" } });
    expect(play(threadWith(goal), [same, same, same]).state.ending?.status).toBe("failed");
  });

  it.each([
    ["idle", ["a", "a", "a", "a", "a", "a", "a", "a"]],
    ["oscillating", ["a", "b", "a", "b", "a", "b", "a", "b", "a"]],
  ])("notices an %s agent by its work trees although its failures differ", (_name, trees) => {
    const goal = goalFor({ onFailure: { sameFailure: 99, noProgress: 3, then: "ask" } });
    const { state } = play(
      threadWith(goal),
      trees.map((tree) => ({ tree })),
    );
    expect(state.questions[0]?.kind).toBe("noProgress");
  });

  it("is patient again after a person said to continue", () => {
    const stuck = play(threadWith(goalFor()), [same, same, same, same, same]).state;
    const after = play(afterAnswer(stuck, { choice: "continue", text: "look at tax.ts" }, 1000), [same]).state;
    expect(after.questions).toEqual([]);
    expect(after.turn).toBe(6);
  });
});

describe("a budget", () => {
  it("makes the last turn the wrap-up turn, then parks with one question", () => {
    const goal = goalFor({ budget: { turns: 2, turnTimeMs: 1000 } });
    const { state, turns, stoppedAt } = play(threadWith(goal), [{}, {}, {}]);
    expect(turns.map(({ wrapUp }) => wrapUp)).toEqual([false, true]);
    expect(stoppedAt).toEqual({ kind: "wait", for: "answer" });
    expect(state.questions.map(({ kind }) => kind)).toEqual(["budget"]);
  });

  it.each([
    ["tokens", { tokens: 100 }, { tokens: 100 }],
    ["usd", { usd: 1 }, { usd: 1.5 }],
    ["time", { timeMs: 1000 }, { activeMs: 1000 }],
  ])("of %s gives one short wrap-up turn and keeps to it", (_name, limit, used) => {
    const goal = goalFor({ budget: { ...limit, turnTimeMs: 600_000 } });
    const { turns, state } = play(threadWith(goal), [used, { tokens: 1 }, {}]);
    expect(turns.map(({ wrapUp }) => wrapUp)).toEqual([false, true]);
    expect(turns[1]?.allowance.turnTimeMs).toBeLessThanOrEqual(300_000);
    expect(state.questions[0]?.kind).toBe("budget");
  });

  it("refuses to continue without more, and goes on with the same thread when raised", () => {
    const goal = goalFor({ budget: { turns: 1, turnTimeMs: 1000 } });
    const parked = play(threadWith(goal), [{}, {}]).state;
    expect(refuseAnswer(parked, { choice: "continue" })).toContain("--turns +N");
    const raised = afterBudgetChange(parked, { turns: { add: 2 } });
    expect(raised.questions).toEqual([]);
    const { state, turns } = play(raised, [{}, passes]);
    expect(turns.map(({ turn }) => turn)).toEqual([2, 3]);
    expect(state.ending?.status).toBe("achieved");
    expect(state.spent.turns).toBe(3);
  });

  it("limits a turn to what is left", () => {
    const goal = goalFor({ budget: { tokens: 100, timeMs: 1000, turnTimeMs: 5000 } });
    const { turns } = play(threadWith(goal), [{ tokens: 30, activeMs: 200 }, {}]);
    expect(turns[1]?.allowance).toEqual({ turnTimeMs: 750, tokens: 70 });
  });

  it("of files asks at once: no wrap-up turn can unchange them", () => {
    const goal = goalFor({ budget: { files: 2, turnTimeMs: 1000 } });
    const { turns, state } = play(threadWith(goal), [{ files: 3 }, {}]);
    expect(turns).toHaveLength(1);
    expect(state.questions[0]?.kind).toBe("budget");
  });
});

describe("a failed attempt", () => {
  it("waits a rate limit out, twice as long each time, without counting a turn", () => {
    const limited = { agent: { kind: "failed" as const, reason: "rateLimit" as const, detail: "429" } };
    const { state, turns } = play(threadWith(goalFor()), [limited, limited, limited]);
    expect(state.turn).toBe(0);
    expect(turns.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    expect(state.questions).toEqual([]);
  });

  it("asks at once when a login or the configuration is wrong", () => {
    const { state } = play(threadWith(goalFor()), [{ agent: { kind: "failed", reason: "auth", detail: "401" } }]);
    expect(state.questions[0]?.kind).toBe("agent");
  });

  it("resumes the session after a crash, and asks after the third in a row", () => {
    const crash = { agent: { kind: "crashed" as const, detail: "SIGKILL" } };
    const { state, turns } = play(threadWith(goalFor()), [crash, crash, crash, {}]);
    expect(turns).toHaveLength(3);
    expect(state.session).not.toBeNull();
    expect(state.questions[0]?.text).toContain("crashed");
  });

  it("keeps what was spent, whatever became of it", () => {
    const { state } = play(threadWith(goalFor()), [{ tokens: 7, agent: { kind: "interrupted", by: "person" } }]);
    expect(state.spent.tokens).toBe(7);
    expect(state.turn).toBe(0);
  });
});
