import { describe, expect, it } from "vitest";
import { goalFor, threadWith } from "../../test/support/play-thread.ts";
import { afterNews, afterStarted, grantable } from "./after-news.ts";
import { beforeTurn } from "../before-turn.ts";
import { beginDeparture } from "../departure.ts";
import type { Goal } from "../goal.ts";
import { afterHeld, afterOpened, beforeHold } from "../holds.ts";
import { nextStep } from "../next-step.ts";
import { onDemandGoal, type AskedTask } from "./on-demand.ts";
import { afterAnswer } from "../questions.ts";
import { afterSubagentsRequest, refuseSubagents, subagentReports, type SubagentsRequest } from "./subagent-requests.ts";
import { subagentStart } from "./subagent-start.ts";
import type { ThreadState } from "../thread.ts";

const subagents = { parallel: 2, depth: 1, most: 3 };
const check = { name: "ok", run: "true", timeoutMs: 1 };

function inTurn(change: Partial<Goal> = {}): ThreadState {
  const state = threadWith(goalFor({ subagents, ...change }));
  return beforeTurn(afterOpened(afterHeld(beforeHold(state), { host: "laptop", incarnation: "1" }), { baseTree: "tree-base" }));
}

const task = (content: string, key = `${content}-1`): AskedTask => ({
  key,
  content,
  name: content,
  contract: { goal: `Do ${content}`, verify: [check], scope: {} },
});
const spawn = (epoch: number, ...tasks: AskedTask[]): SubagentsRequest => ({ epoch, ask: { kind: "spawn", tasks } });
const asked = (state: ThreadState, ...tasks: AskedTask[]) => afterSubagentsRequest(state, spawn(state.epoch, ...tasks), 0);
const settled = (state: ThreadState, key: string, status = "achieved") => {
  const thread = `${key}-thread`;
  const now = { kind: "settled", status, reason: "why", commit: "c1", cause: "" } as const;
  const spent = { turns: 1, timeMs: 1, tokens: 1 };
  return afterNews(afterStarted(state, key, [thread]), { thread, parent: state.start.id, key, spent, now });
};

describe("what the agent of a turn asks for", () => {
  it("becomes a task that starts from the thread's newest commit", () => {
    const state = { ...inTurn(), checkpoint: { commit: "newest", snapshot: "s", tree: "t", turn: 1 } };
    const [first] = asked(state, task("a")).fanOut?.tasks ?? [];
    expect(first).toMatchObject({ key: "a-1", status: "pending", onDemand: { base: "newest", turn: 1 } });
    const start = subagentStart(state.start, first!, { id: "a-sub" });
    expect(start.repository.base).toBe("newest");
    expect(start.tree).toMatchObject({ parent: state.start.id, depth: 1, key: "a-1" });
    expect(start.goal).toMatchObject({ goal: "Do a", verify: [check], agents: { judge: { use: "none" } } });
  });

  it("is one task however often it is asked for in a turn, and while it is not ended", () => {
    const once = asked(inTurn(), task("a"));
    expect(asked(once, task("a")).fanOut?.tasks).toHaveLength(1);
    const ended = settled(once, "a-1");
    expect(asked(ended, task("a")).fanOut?.tasks).toHaveLength(1);
    const running = { ...once, turn: 1 };
    expect(asked(running, task("a", "a-2")).fanOut?.tasks).toMatchObject([{ key: "a-1", onDemand: { turn: 2 } }]);
    expect(asked({ ...ended, turn: 1 }, task("a", "a-2")).fanOut?.tasks.map(({ key }) => key)).toEqual(["a-1", "a-2"]);
  });

  it("is refused under another epoch, without a place, and out of a turn", () => {
    const state = inTurn();
    expect(refuseSubagents(state, spawn(state.epoch, task("a")))).toBeNull();
    for (const [other, epoch] of [
      [state, state.epoch - 1],
      [state, state.epoch + 1],
      [{ ...state, hold: null }, state.epoch],
      [{ ...state, phase: "verify" as const }, state.epoch],
    ] as const)
      expect(refuseSubagents(other, spawn(epoch, task("a")))?.type).toBe("StaleEpoch");
  });

  it("is refused beyond what the goal allows; what was asked for before does not count again", () => {
    const state = asked(inTurn(), task("a"), task("b"));
    expect(refuseSubagents(state, spawn(state.epoch, task("a"), task("c")))).toBeNull();
    expect(refuseSubagents(state, spawn(state.epoch, task("c"), task("d")))?.text).toContain("allows 3 subagents in all; 2 were");
    const { subagents: _none, ...start } = state.start.goal;
    const without = { ...state, start: { ...state.start, goal: start } };
    expect(refuseSubagents(without, spawn(state.epoch, task("a")))?.text).toContain("no subagents");
  });

  it("is refused while the thread leaves for another Temporal Service: they would stay behind", () => {
    const request = { to: "team:", service: "team", from: "here", mode: "drain", placement: null, by: "ann" } as const;
    const leaving = beginDeparture(inTurn(), request, 0);
    expect(refuseSubagents(leaving, spawn(leaving.epoch, task("a")))?.text).toContain("on its way to team:");
  });

  it("needs a check or a judge", () => {
    const vague = { ...task("a"), contract: { goal: "x", verify: [], scope: {} } };
    expect(refuseSubagents(inTurn(), spawn(1, vague))?.text).toContain("give verify");
    const judged = goalFor({
      agents: { worker: goalFor().agents.worker, judge: { use: "claude", args: [], env: [], timeoutMs: 1 } },
    });
    expect(refuseSubagents(inTurn({ agents: judged.agents }), spawn(1, vague))).toBeNull();
    expect(onDemandGoal({ ...judged, subagents }, vague.contract).agents.judge.use).toBe("claude");
  });
});

describe("a thread whose agent asked for subagents", () => {
  it("waits for them before its next turn, but not before it tries an attempt again", () => {
    const running = asked(inTurn(), task("a"));
    const after = { ...running, turn: 1, attempt: 0 };
    expect(nextStep(after).kind).toBe("waitForSubagents");
    expect(nextStep({ ...running, attempt: 1 }).kind).toBe("turn");
    expect(nextStep(settled(after, "a-1")).kind).toBe("turn");
  });

  it("keeps what became of them for the agent, also the work of one that failed", () => {
    const state = settled(settled(asked(inTurn(), task("a"), task("b")), "a-1"), "b-1", "failed");
    expect(subagentReports(state)).toMatchObject([
      { key: "a-1", status: "achieved", commit: "c1" },
      { key: "b-1", status: "failed", commit: "c1", reason: "why" },
    ]);
    expect(state.fanOut?.tasks.every(({ onDemand }) => onDemand?.contract === undefined)).toBe(true);
  });

  it("counts the turn that asked for them when it hands out its budget", () => {
    const state = asked(inTurn({ budget: { turns: 2, turnTimeMs: 1 } }), task("a"), task("b"));
    const wanting = ["a", "b"].map((thread) => ({ thread, turn: 1, attempt: 1 }));
    const wants = { ...state, fanOut: { ...state.fanOut!, wanting } };
    expect(grantable(wants).map(({ thread }) => thread)).toEqual(["a"]);
  });

  it("gives its subagents subagents of their own as deep as the goal says", () => {
    const contract = { goal: "x", verify: [check], scope: { protect: ["b"] } };
    const prepared = { setup: "npm ci", setupCache: true } as const;
    const parent = goalFor({ ...prepared, subagents: { ...subagents, depth: 2 }, scope: { allow: ["src/**"], protect: ["a"] } });
    const child = onDemandGoal(parent, contract);
    expect(child).toMatchObject({ ...prepared, subagents: { depth: 1 }, scope: { allow: ["src/**"], protect: ["a", "b"] } });
    expect(onDemandGoal(child, contract).subagents).toBeUndefined();
  });
});

describe("a question that an agent asks in its turn", () => {
  const question = (state: ThreadState, key: string): SubagentsRequest => ({
    epoch: state.epoch,
    ask: { kind: "question", key, text: `What about ${key}?` },
  });

  it("is asked once, and its answer is kept for the agent and for its next prompt", () => {
    const state = inTurn();
    const open = afterSubagentsRequest(afterSubagentsRequest(state, question(state, "k"), 0), question(state, "k"), 0);
    expect(open.questions).toMatchObject([{ id: "q1", kind: "worker", text: "What about k?" }]);
    expect(refuseSubagents(open, question(open, "other"))?.text).toContain("q1 is not answered yet");
    const answered = afterAnswer(open, { choice: "continue", text: "so" }, 1);
    expect(answered.asked).toMatchObject([{ key: "k", answer: "so" }]);
    expect(answered.notices[0]).toContain("so");
    expect(answered.questions).toEqual([]);
    expect(afterAnswer(open, { choice: "continue" }, 1).asked).toMatchObject([{ answer: "" }]);
  });
});
