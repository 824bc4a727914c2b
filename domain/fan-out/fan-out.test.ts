import { describe, expect, it } from "vitest";
import {
  achieved,
  asked,
  failed,
  fanOutGoal,
  listed,
  listedAs,
  mergedAll,
  refusedAll,
  started,
  told,
  toldUnspent,
} from "../../test/support/play-fan-out.ts";
import { afterMerged, finishFanOut, pilotOver } from "./after-fan-out.ts";
import { afterNews, afterStarted } from "./after-news.ts";
import { refuseDeparture } from "../departure.ts";
import { waitingAlike } from "./fan-out-questions.ts";
import { roomFor, startable, totalSpent } from "./fan-out-state.ts";
import { nextStep } from "../next-step.ts";
import { afterAnswer, ask } from "../questions.ts";
import { subagentId } from "./subagent-id.ts";
import { subagentStart } from "./subagent-start.ts";
import { afterToldToLeave } from "./leaving.ts";
import { threadsOf } from "./task.ts";
import { openThread, type ThreadState } from "../thread.ts";
import type { SubagentNews } from "./tree.ts";
import { treeViewOf } from "./tree-view.ts";

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
    const done = { thread: "a-1", commit: "c9" };
    expect(nextStep(listedAs([{ key: "a", name: "a", fields: {}, done }])).kind).toBe("mergeBatch");
  });

  it("has refused work done once more on top of the stack, and no more often", () => {
    let state = told(started(listed(["a"]), "a"), "a", achieved);
    const refused = [{ key: "a", why: "conflict" as const, text: "cart.ts", evidence: "<<<<<<<" }];
    const report = { merge: 1, checkpoint: null, changes: null, merged: [], refused, verifications: 0, activeMs: 0 };
    state = afterMerged(state, report);
    const [task] = startable(state.fanOut!, state.start.goal.fanOut!);
    expect(task?.rebase).toEqual({ text: "conflicts with merged work: cart.ts", evidence: "<<<<<<<" });
    const start = subagentStart(state.start, task!, { id: subagentId(task!, 2), stack: "stack" });
    expect(start.repository.base).toBe("stack");
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
    expect(task?.rebase?.text).toBe("is lost: the hub does not have commit c1 of a-1");
    const again = { ...state.start, repository: { ...state.start.repository, base: "older" } };
    const start = subagentStart(again, task!, { id: subagentId(task!, 2), stack: "base" });
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

  it("tries refused work again, when told to, on the newest stack and with the newest evidence", () => {
    const refusal = (text: string) => [{ key: "a", why: "red" as const, text, evidence: `evidence of ${text}` }];
    const ready = (state: ThreadState, commit: string) => told(started(state, "a"), "a", { ...achieved, commit });
    let state = refusedAll(ready(listed(["a"]), "c1"), refusal("fails x"));
    state = refusedAll(ready(state, "c2"), refusal("fails y"));
    expect(treeViewOf(state).tasks).toMatchObject([{ status: "failed", reason: "breaks the merged stack: fails y" }]);
    state = afterAnswer(asked(state), { choice: "retry" }, 1);
    const [task] = startable(state.fanOut!, state.start.goal.fanOut!);
    const { tree, repository, goal } = subagentStart(state.start, task!, { id: "a-3", stack: "newest" });
    expect([repository.base, tree?.earlier]).toEqual(["newest", "c2"]);
    expect(goal.background).toContain("evidence of fails y");
  });

  it("asks about the tasks that it would start, and tells what each is told until they are approved of", () => {
    const done = { thread: "b-1", commit: "c9" };
    const [a, b] = ["a", "b"].map((name) => ({ key: name, name, fields: { name } }));
    const state = listedAs([a!, { ...b!, done }], fanOutGoal({ approve: true }));
    const step = nextStep(state);
    expect(step).toMatchObject({ question: { kind: "tasks", text: expect.stringMatching(/^1 task /) as string, facts: ["a"] } });
    expect(treeViewOf(state)).toMatchObject({ approved: false, tasks: [{ name: "a", fields: { name: "a" } }, { name: "b" }] });
    expect(treeViewOf(state).tasks[1]?.fields).toBeUndefined();
    const approved = afterAnswer(asked(state), { choice: "continue" }, 1);
    expect(treeViewOf(approved).tasks[0]?.fields).toBeUndefined();
    expect(nextStep(listedAs([{ ...b!, done }], fanOutGoal({ approve: true }))).kind).toBe("mergeBatch");
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

  it("asks nothing after a pilot of all tasks", () => {
    const all = listed(["a"], fanOutGoal({ pilot: { tasks: 3, then: "ask" } }));
    const merged = mergedAll(told(started(all, "a"), "a", achieved), "a");
    expect(nextStep(merged).kind).toBe("pilotOver");
    expect(nextStep(pilotOver(merged)).kind).toBe("finishFanOut");
    expect(nextStep(pilotOver(told(started(all, "a"), "a", failed("x"))))).toMatchObject({ question: { kind: "failedTasks" } });
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

  it("asks once about work that is refused for the same reason, unless more was merged beside it", () => {
    const names = ["a", "b", "c", "d", "e", "f", "g"];
    const ready = names.reduce((state, key) => told(state, key, achieved), started(listed(names), ...names));
    const refused = (...keys: string[]) =>
      keys.map((key) => ({ key, why: "conflict" as const, text: `log of ${key}`, evidence: "" }));
    expect(nextStep(refusedAll(ready, refused("e", "f", "g"), ["a", "b", "c", "d"])).kind).toBe("waitForSubagents");
    const state = asked(refusedAll(ready, refused("d", "e", "f", "g"), ["a", "b", "c"]));
    expect(state.questions).toMatchObject([
      { kind: "subagents", text: expect.stringContaining("4 tasks cannot be merged") as string },
    ]);
    const again = afterAnswer(state, { choice: "continue" }, 1);
    expect(nextStep(again).kind).toBe("waitForSubagents");
    expect(startable(again.fanOut!, again.start.goal.fanOut!).map(({ key }) => key)).toEqual(["d", "e", "f", "g"]);
  });

  it("asks about the same cause again when it was not mended, also once others got through in between", () => {
    const names = ["a", "b", "c", "d", "e", "f", "g", "h"];
    const stuck = { kind: "stuck", text: "log in", cause: "auth" } as const;
    const meet = (all: ThreadState, ...keys: string[]) => keys.reduce((each, key) => told(each, key, stuck), all);
    let state = meet(started(listed(names, fanOutGoal({ parallel: 8 })), ...names), "a", "b", "c");
    const [first] = asked(state).questions;
    state = meet(asked(state), "d");
    for (const key of ["e", "f", "g", "h"]) state = told(state, key, achieved);
    expect(waitingAlike(state, first!)).toEqual(["a-1", "b-1", "c-1", "d-1"]);
    state = mergedAll(afterAnswer(asked(state), { choice: "continue" }, 1), "e", "f", "g", "h");
    for (const key of ["a", "b", "c", "d"]) state = told(state, key, { kind: "working" });
    state = meet(state, "a", "b");
    expect(nextStep(state).kind).toBe("waitForSubagents");
    expect(nextStep(meet(state, "c"))).toMatchObject({ question: { kind: "subagents", cause: "auth" } });
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
    const late = afterNews(afterToldToLeave(won, ["a-1"]), news("a-1", achieved));
    expect(late.fanOut?.tasks[0]).toMatchObject({ status: "ready", thread: "a-2" });
    expect(late.fanOut).toMatchObject({ spent: { turns: 2 }, ledger: {} });
  });

  it("counts what a subagent used once, however often it tells its end", () => {
    const once = told(started(listed(["a"]), "a"), "a", failed("x"));
    expect(told(once, "a", failed("x")).fanOut).toEqual(once.fanOut);
    expect(once.fanOut).toMatchObject({ spent: { turns: 1 }, ledger: {} });
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

  it.each([
    [{ parallel: 8, each: 1, running: [] }, 8],
    [{ parallel: 8, each: 1, running: [1, 1, 1] }, 5],
    [{ parallel: 8, each: 3, running: [3] }, 1],
    [{ parallel: 8, each: 3, running: [3, 1] }, 1],
    [{ parallel: 200, each: 8, running: [] }, 25],
    [{ parallel: 2, each: 8, running: [] }, 1],
    [{ parallel: 2, each: 8, running: [8] }, 0],
    [{ parallel: 2, each: 1, running: [1, 1, 1] }, 0],
    [{ parallel: 0, each: 1, running: [] }, 0],
  ])("has in a window of %o room for %i tasks", (window, room) => {
    expect(roomFor(window)).toBe(room);
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
    const later = told(told(state, "h", { kind: "stuck", text: "else", cause: "else" }), "e", { kind: "working" });
    expect(waitingAlike(later, { cause: "auth" })).toEqual(["f-1", "g-1"]);
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
