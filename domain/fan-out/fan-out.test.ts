import { describe, expect, it } from "vitest";
import { goalFor, threadWith } from "../../test/support/play-thread.ts";
import { afterListed, afterMerged, finishFanOut, pilotOver } from "./after-fan-out.ts";
import { afterGranted, afterNews, afterStarted, grantable, threadsOf } from "./after-news.ts";
import { refuseDeparture } from "../departure.ts";
import { waitingAlike } from "./fan-out-questions.ts";
import { startable, totalSpent } from "./fan-out-state.ts";
import type { FanOut } from "./fan-out.ts";
import type { Goal } from "../goal.ts";
import { afterHeld, afterOpened, beforeHold } from "../holds.ts";
import { nextStep } from "../next-step.ts";
import { afterAnswer, afterBudgetChange, ask, budgetQuestion } from "../questions.ts";
import { subagentId, subagentStart } from "./subagent-start.ts";
import { openThread, type ThreadState } from "../thread.ts";
import type { SubagentNews } from "./tree.ts";
import { noUsage } from "../usage.ts";

function fanOutGoal(change: Partial<FanOut> = {}, goal: Partial<Goal> = {}): Goal {
  const fanOut: FanOut = {
    tasks: { kind: "list", tasks: [] },
    template: goalFor({ goal: "Do ${task.name}" }),
    parallel: 2,
    order: "listed",
    onTaskFailure: "ask",
    approve: false,
    race: [],
    merge: { verify: [], batch: 16, rebases: 1 },
    ...change,
  };
  return goalFor({ budget: { turnTimeMs: 60_000 }, fanOut, ...goal });
}

function listed(names: readonly string[], goal: Goal = fanOutGoal()): ThreadState {
  const held = afterHeld(beforeHold(threadWith(goal)), { host: "laptop", incarnation: "1" });
  const open = afterOpened(held, { baseTree: "tree-base" });
  expect(nextStep(open).kind).toBe("listTasks");
  const tasks = names.map((name) => ({ key: name, name, fields: { name } }));
  return afterListed(open, { tasks, usage: noUsage, activeMs: 0 });
}

const started = (state: ThreadState, ...keys: string[]) => keys.reduce((all, key) => afterStarted(all, key, [`${key}-1`]), state);

const unspent = { turns: 0, timeMs: 0, tokens: 0 };
const told = newsWith({ turns: 1, timeMs: 10, tokens: 100 });
const toldUnspent = newsWith(unspent);

function newsWith(spent: SubagentNews["spent"]) {
  return (state: ThreadState, key: string, now: SubagentNews["now"]) => news(state, { key, now, spent });
}

function news(state: ThreadState, { key, now, spent }: Pick<SubagentNews, "key" | "now" | "spent">) {
  const thread = state.fanOut?.tasks.find((task) => task.key === key)?.thread ?? `${key}-1`;
  return afterNews(state, { thread, parent: state.start.id, key, spent, now });
}

const achieved = { kind: "settled", status: "achieved", reason: "", commit: "c1", cause: "" } as const;
const failed = (reason: string, cause = reason) =>
  ({ kind: "settled", status: "failed", reason, commit: "base", cause }) as const;

const mergedAll = (state: ThreadState, ...merged: string[]) =>
  afterMerged(state, {
    merge: (state.fanOut?.merges ?? 0) + 1,
    checkpoint: { commit: "stack", snapshot: "s", tree: "t" },
    changes: { files: 1, outOfScope: [], outOfScopeCount: 0, restored: [] },
    merged,
    refused: [],
    verifications: 1,
    activeMs: 5,
  });

describe("a thread that fans out", () => {
  it("waits for its subagents, merges what they made, and verifies the whole", () => {
    let state = started(listed(["a", "b"]), "a", "b");
    expect(nextStep(state).kind).toBe("waitForSubagents");
    state = told(told(state, "a", achieved), "b", achieved);
    expect(nextStep(state).kind).toBe("mergeBatch");
    state = mergedAll(state, "a", "b");
    expect(nextStep(state).kind).toBe("finishFanOut");
    state = finishFanOut(state);
    expect(nextStep(state).kind).toBe("verify");
    expect(state.checkpoint?.commit).toBe("stack");
    expect(totalSpent(state)).toMatchObject({ turns: 2, tokens: 200, timeMs: 25 });
  });

  it("merges before the end when a batch is full", () => {
    const goal = fanOutGoal({ merge: { verify: [], batch: 1, rebases: 1 } });
    const state = told(started(listed(["a", "b"], goal), "a", "b"), "a", achieved);
    expect(nextStep(state).kind).toBe("mergeBatch");
  });

  it("needs no subagent for a task whose work is there already", () => {
    const { fanOut, ...rest } = listed(["a"]);
    const state = { ...rest, ...(fanOut && { fanOut: { ...fanOut, listed: false } }) };
    const done = { thread: "a-1", commit: "c9" };
    const again = afterListed(state, {
      tasks: [{ key: "a", name: "a", fields: {}, done }],
      usage: noUsage,
      activeMs: 0,
    });
    expect(nextStep(again).kind).toBe("mergeBatch");
  });

  it("has refused work done once more on top of the stack, and no more often", () => {
    let state = told(started(listed(["a"]), "a"), "a", achieved);
    const refused = [{ key: "a", why: "conflict" as const, text: "cart.ts", evidence: "<<<<<<<" }];
    const report = { merge: 1, checkpoint: null, changes: null, merged: [], refused, verifications: 0, activeMs: 0 };
    state = afterMerged(state, report);
    const [task] = startable(state.fanOut!, state.start.goal.fanOut!);
    expect(task?.rebase).toMatchObject({ onto: "base", earlier: "c1" });
    const start = subagentStart(state.start, task!, { id: subagentId(task!, 2) });
    expect(start.tree).toMatchObject({ parent: "cart-7f3k", root: "cart-7f3k", depth: 1, earlier: "c1", metered: false });
    expect(start.goal.background).toContain("conflicts with merged work: cart.ts");
    state = afterMerged(told(afterStarted(state, "a", ["a-2"]), "a", achieved), { ...report, merge: 2 });
    expect(state.fanOut?.tasks[0]?.status).toBe("failed");
    expect(nextStep(state)).toMatchObject({ kind: "askAboutTasks", question: { kind: "failedTasks" } });
  });

  it("has lost work done again on the stack, with nothing told of it", () => {
    const refused = [{ key: "a", why: "lost" as const, text: "the hub does not have commit c1 of a-1", evidence: "" }];
    const report = { merge: 1, checkpoint: null, changes: null, merged: [], refused, verifications: 0, activeMs: 0 };
    const state = afterMerged(told(started(listed(["a"]), "a"), "a", achieved), report);
    const [task] = startable(state.fanOut!, state.start.goal.fanOut!);
    expect(task?.reason).toBe("is lost: the hub does not have commit c1 of a-1");
    const again = { ...state.start, repository: { ...state.start.repository, base: "older" } };
    const start = subagentStart(again, task!, { id: subagentId(task!, 2) });
    expect(start).toMatchObject({ repository: { base: "base" } });
    expect(start.tree).not.toHaveProperty("earlier");
    expect(start.goal).not.toHaveProperty("background");
  });

  it("remembers which checks fail on the stack without anybody's fault, until they pass", () => {
    const report = { checkpoint: null, changes: null, merged: [], refused: [], verifications: 1, activeMs: 0 };
    const red = afterMerged(listed(["a"]), { ...report, merge: 1, knownRed: ["lint"] });
    expect(red.fanOut?.knownRed).toEqual(["lint"]);
    expect(afterMerged(red, { ...report, merge: 2 }).fanOut?.knownRed).toEqual([]);
  });

  it("starts the pilot alone, and goes on when a person says so", () => {
    const goal = fanOutGoal({ pilot: { tasks: 1, then: "ask" } });
    let state = listed(["a", "b"], goal);
    expect(startable(state.fanOut!, goal.fanOut!).map(({ key }) => key)).toEqual(["a"]);
    state = mergedAll(told(started(state, "a"), "a", achieved), "a");
    const step = nextStep(state);
    expect(step).toMatchObject({ kind: "askAboutTasks", question: { kind: "pilot" } });
    if (step.kind === "askAboutTasks") state = afterAnswer(ask(state, step.question, 1), { choice: "continue" }, 1);
    expect(startable(state.fanOut!, goal.fanOut!).map(({ key }) => key)).toEqual(["b"]);
  });

  it("goes on after a pilot by itself only when something came of it", () => {
    const goal = fanOutGoal({ pilot: { tasks: 1, then: "continue" } });
    const good = mergedAll(told(started(listed(["a", "b"], goal), "a"), "a", achieved), "a");
    expect(nextStep(good).kind).toBe("pilotOver");
    expect(nextStep(pilotOver(good)).kind).toBe("waitForSubagents");
    const bad = told(started(listed(["a", "b"], goal), "a"), "a", failed("no idea"));
    expect(nextStep(bad)).toMatchObject({ question: { kind: "pilot" } });
  });

  it("asks one question when several subagents fail alike, and tries them again", () => {
    let state = listed(["a", "b", "c", "d"], fanOutGoal({ parallel: 4 }));
    state = started(state, "a", "b", "c", "d");
    for (const key of ["a", "b"]) state = told(state, key, failed(`npm: not found (${key})`, "npm"));
    expect(nextStep(state).kind).toBe("waitForSubagents");
    state = told(state, "c", { kind: "stuck", text: "npm: not found", cause: "npm" });
    const step = nextStep(state);
    expect(step).toMatchObject({ kind: "askAboutTasks", question: { kind: "subagents" } });
    if (step.kind === "askAboutTasks") state = afterAnswer(ask(state, step.question, 1), { choice: "continue" }, 1);
    expect(state.fanOut?.tasks.map(({ status }) => status)).toEqual(["pending", "pending", "running", "running"]);
    expect(nextStep(state).kind).toBe("waitForSubagents");
  });

  it.each([
    ["continue", "finishFanOut"],
    ["stop", "failOnTask"],
    ["ask", "askAboutTasks"],
  ] as const)("with on_task_failure %s takes the step %s in the end", (onTaskFailure, kind) => {
    const state = started(listed(["a", "b"], fanOutGoal({ onTaskFailure })), "a", "b");
    expect(nextStep(mergedAll(told(told(state, "a", achieved), "b", failed("x")), "a")).kind).toBe(kind);
  });

  it("takes the first of a race that achieves the task, and waits for the others when one fails", () => {
    const race = afterStarted(listed(["a"]), "a", ["a-1", "a-2"]);
    const news = (thread: string, now: SubagentNews["now"]) => ({
      thread,
      parent: "cart-7f3k",
      key: "a",
      spent: { turns: 1, timeMs: 0, tokens: 0 },
      now,
    });
    const one = afterNews(race, news("a-1", failed("x")));
    expect(one.fanOut?.tasks[0]).toMatchObject({ status: "running", thread: "a-2" });
    expect(afterNews(one, news("a-2", achieved)).fanOut?.tasks[0]).toMatchObject({ status: "ready", thread: "a-2" });
    const won = afterNews(race, news("a-2", achieved));
    const late = afterNews(won, news("a-1", achieved));
    expect(late.fanOut?.tasks[0]).toMatchObject({ status: "ready", thread: "a-2" });
    expect(late.fanOut?.spent.turns).toBe(2);
  });
});

describe("a fan-out in trouble", () => {
  const taken = { kind: "taken" } as const;

  it("starts another subagent when the one that it found works for somebody else", () => {
    const state = toldUnspent(started(listed(["a"]), "a"), "a", taken);
    expect(state.fanOut?.tasks[0]).toMatchObject({ status: "pending", thread: null, tries: 1 });
    const race = afterNews(afterStarted(listed(["a"]), "a", ["a-1", "a-2"]), {
      thread: "a-1",
      parent: "cart-7f3k",
      key: "a",
      spent: { turns: 0, timeMs: 0, tokens: 0 },
      now: taken,
    });
    expect(race.fanOut?.tasks[0]).toMatchObject({ status: "running", thread: "a-2", racers: ["a-2"] });
  });

  it("knows the racers of a later try from those of an earlier one", () => {
    const again = afterStarted(afterStarted(listed(["a"]), "a", ["a-1", "a-2"]), "a", ["a-3"]);
    expect(threadsOf(again.fanOut!.tasks[0]!)).toEqual(["a-3"]);
  });

  it("asks about a cause that came up late, however many got through before", () => {
    const names = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let state = started(listed(names, fanOutGoal({ parallel: 8 })), ...names);
    for (const key of ["a", "b", "c", "d"]) state = told(state, key, achieved);
    for (const key of ["e", "f"]) state = told(state, key, { kind: "stuck", text: "log in", cause: "auth" });
    expect(nextStep(state).kind).toBe("waitForSubagents");
    state = told(state, "g", { kind: "stuck", text: "log in", cause: "auth" });
    expect(nextStep(state)).toMatchObject({ kind: "askAboutTasks", question: { kind: "subagents" } });
    expect(waitingAlike(told(state, "h", { kind: "stuck", text: "else", cause: "else" }))).toEqual(["e-1", "f-1", "g-1"]);
  });

  it("carries no list of tasks twice, and no more evidence than a payload takes", () => {
    const tasks = [{ name: "a", fields: { name: "a" } }];
    const names = Array.from({ length: 60 }, (_, index) => `t${index}`);
    let state = listed(names, fanOutGoal({ tasks: { kind: "list", tasks } }));
    expect(state.start.goal.fanOut?.tasks).toEqual({ kind: "list", tasks: [] });
    for (const key of names) state = told(started(state, key), key, achieved);
    const refused = names.map((key) => ({ key, why: "red" as const, text: "tests", evidence: "x".repeat(6_000) }));
    const report = { merge: 1, checkpoint: null, changes: null, merged: [], refused, verifications: 1, activeMs: 0 };
    expect(JSON.stringify(afterMerged(state, report)).length).toBeLessThan(300_000);
  });

  it("does not leave for another Temporal Service without its subagents, nor they without it", () => {
    const request = { to: "team:", service: "b", from: "a", mode: "drain", placement: null, by: "ann" } as const;
    const state = started(listed(["a"]), "a");
    expect(refuseDeparture(state, request)).toContain("its subagents are at work");
    const { start } = state;
    const subagent = openThread(subagentStart(start, state.fanOut!.tasks[0]!, { id: "a-1" }), 0);
    expect(refuseDeparture(subagent, request)).toContain("a subagent of cart-7f3k");
    expect(refuseDeparture(finishFanOut(mergedAll(told(state, "a", achieved), "a")), request)).toBeNull();
  });
});

describe("the budget of a tree", () => {
  const goal = fanOutGoal({ parallel: 4 }, { budget: { turns: 3, turnTimeMs: 60_000 } });
  const wants = (turn: number) => ({ kind: "wantsTurn", turn, attempt: 1 }) as const;

  it("grants as many attempts as there is room for, and parks the tree with one question when there is none", () => {
    let state = started(listed(["a", "b", "c", "d"], goal), "a", "b", "c", "d");
    for (const key of ["a", "b", "c", "d"]) state = toldUnspent(state, key, wants(1));
    expect(grantable(state).map(({ thread }) => thread)).toEqual(["a-1", "b-1", "c-1"]);
    state = afterGranted(state, ["a-1", "b-1", "c-1"]);
    expect(grantable(state)).toEqual([]);
    for (const key of ["a", "b", "c"]) state = told(state, key, wants(2));
    expect(grantable(state)).toEqual([]);
    const step = nextStep(state);
    expect(step).toEqual({ kind: "askAboutBudget", exhausted: ["turns"] });
    state = ask(state, budgetQuestion(state, ["turns"]), 1);
    state = afterBudgetChange(state, { turns: { add: 1 } });
    expect(state.questions).toEqual([]);
    expect(grantable(state)).toHaveLength(1);
  });

  it("counts an attempt as in flight until its thread tells what it used", () => {
    let state = afterGranted(toldUnspent(started(listed(["a"], goal), "a"), "a", wants(1)), ["a-1"]);
    state = toldUnspent(state, "a", { kind: "working" });
    expect(state.fanOut?.inFlight).toEqual(["a-1"]);
    expect(told(state, "a", wants(2)).fanOut).toMatchObject({ inFlight: [], spent: { turns: 1 } });
  });

  it("does not wait for a thread that is over", () => {
    let state = toldUnspent(started(listed(["a"], goal), "a"), "a", wants(1));
    state = told(state, "a", failed("x"));
    expect(state.fanOut).toMatchObject({ wanting: [], inFlight: [] });
    expect(told(state, "a", wants(2)).fanOut?.wanting).toEqual([]);
  });
});

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
