import { describe, expect, it, test } from "vitest";
import { goalFor, threadWith } from "../test/support/play-thread.ts";
import { afterGrace } from "./after-grace.ts";
import type { Goal } from "./goal.ts";
import { afterHeld, beforeHold } from "./holds.ts";
import { graceLeft, leavePreferredHost, loseHost, lostText, lostTextAt, type LostHost } from "./host-loss.ts";
import { nextStep } from "./next-step.ts";
import { placementAfterMove } from "./placement.ts";
import { afterAnswer, refuseAnswer } from "./questions.ts";
import { end, type ThreadState } from "./thread.ts";
import { statusOf, viewOf } from "./view.ts";

const min = 60_000;

function held(goal: Partial<Goal> = {}, host = "big-1"): ThreadState {
  return afterHeld(beforeHold(threadWith(goalFor(goal))), { host, incarnation: "1" });
}

const lose = (goal: Partial<Goal> = {}, host?: string) => loseHost(held(goal, host), { now: 10 * min });
const pinned = { placement: { labels: [], host: "big-1", otherwise: ["gpu"] } };

describe("a thread whose host is lost", () => {
  it("moves at once, when the goal says nothing: the host was silent for a heartbeat timeout already", () => {
    expect(lose().lost).toEqual({ host: "big-1", at: 10 * min, until: 10 * min, next: "move" });
    expect(lose({ placement: { labels: ["gpu"] } }).lost?.next).toBe("move");
  });

  it("stays with a host whose process was restarted for a heartbeat timeout", () => {
    const lost = loseHost(held(), { now: 10 * min, restarted: true });
    expect(lost.lost?.until).toBe(10 * min + 30_000);
  });

  it("stays with a host that was named for as long as it takes", () => {
    expect(lose(pinned).lost).toEqual({ host: "big-1", at: 10 * min, until: null, next: "ask" });
    expect(graceLeft(lose(pinned).lost, 1e12)).toBeNull();
  });

  it("is not pinned to a host that it was only handed to", () => {
    const lost = lose(pinned, "big-2");
    expect(lost.lost?.next).toBe("move");
    expect(afterGrace(lost, 11 * min).placement).toEqual(pinned.placement);
  });

  it("moves on from a host that it was moved to, to where it could go before", () => {
    const moved = { ...held({}, "big-2"), placement: placementAfterMove(pinned.placement, { host: "big-2" }) };
    const lost = loseHost(moved, { now: 10 * min });
    expect(lost.lost?.next).toBe("move");
    expect(afterGrace(lost, 11 * min).placement).toEqual({ labels: ["gpu"] });
    expect(leavePreferredHost(moved).placement).toEqual({ labels: ["gpu"] });
    expect(leavePreferredHost(held(pinned)).placement).toEqual(pinned.placement);
  });

  it.each<[Goal["hostLoss"], Pick<LostHost, "next" | "until">]>([
    [{ onLoss: "wait" }, { next: "ask", until: null }],
    [
      { onLoss: "wait", graceMs: 2 * min },
      { next: "ask", until: 12 * min },
    ],
    [{ onLoss: "move" }, { next: "move", until: 10 * min }],
    [
      { onLoss: "move", graceMs: min },
      { next: "move", until: 11 * min },
    ],
    [{ onLoss: "ask" }, { next: "ask", until: 10 * min + 30_000 }],
    [{ graceMs: min }, { next: "move", until: 11 * min }],
  ])("does what the goal says: %j", (hostLoss, expected) => {
    expect(lose({ hostLoss: hostLoss! }).lost).toMatchObject(expected);
  });

  it("asks for a place all along, and forgets the loss with the first one it gets", () => {
    const lost = lose();
    expect(nextStep(lost)).toEqual({ kind: "hold" });
    const back = afterHeld(beforeHold(lost), { host: "big-1", incarnation: "1" });
    expect(back).not.toHaveProperty("lost");
    expect(back).toMatchObject({ epoch: 2, hold: { host: "big-1" } });
  });

  it("waits for nobody when it has ended", () => {
    expect(loseHost(end(held(), { status: "stopped", reason: "enough" }), { now: 0 })).not.toHaveProperty("lost");
  });

  it("counts a claim that came to nothing as part of the same loss", () => {
    const lost = lose();
    expect(loseHost(beforeHold(lost), { now: 11 * min }).lost).toEqual(lost.lost);
  });
});

describe("when the grace is over", () => {
  it("a thread that may move goes anywhere that fits", () => {
    const moved = afterGrace(lose({ placement: { labels: ["gpu"] } }), 11 * min);
    expect(moved).not.toHaveProperty("lost");
    expect(moved.placement).toEqual({ labels: ["gpu"] });
    expect(afterGrace(lose(), 11 * min)).not.toHaveProperty("placement");
  });

  it("a thread that was told to move gives up the name of its host, and goes where its goal's labels are", () => {
    const hostLoss = { onLoss: "move" } as const;
    expect(afterGrace(lose({ ...pinned, hostLoss }), 11 * min).placement).toEqual({ labels: ["gpu"] });
    expect(afterGrace(lose({ placement: { labels: [], host: "big-1" }, hostLoss }), 11 * min)).not.toHaveProperty("placement");
  });

  const asking = afterGrace(lose({ ...pinned, hostLoss: { onLoss: "ask", graceMs: min } }), 11 * min);

  it("a thread that asks waits for the host and for a person at once", () => {
    expect(asking.questions).toMatchObject([{ id: "q1", kind: "host", choices: ["wait", "move", "stop"] }]);
    expect(asking.questions[0]?.facts.join("\n")).toContain("on a host with label gpu");
    expect(statusOf(asking)).toBe("waiting");
    expect(nextStep(asking)).toEqual({ kind: "hold" });
    expect(asking.lost?.until).toBeNull();
  });

  it("the question is withdrawn when the host is back", () => {
    expect(afterHeld(beforeHold(asking), { host: "big-1", incarnation: "2" }).questions).toEqual([]);
  });

  it("`wait` waits for the grace once more, and asks again", () => {
    const waiting = afterAnswer(asking, { choice: "wait" }, 20 * min);
    expect(waiting).toMatchObject({ questions: [], lost: { at: 10 * min, until: 21 * min, next: "ask" } });
    expect(afterGrace(waiting, 21 * min).questions).toMatchObject([{ id: "q2", kind: "host" }]);
  });

  it("`move` goes anywhere that fits", () => {
    const moved = afterAnswer(asking, { choice: "move", text: "mind the cache" }, 20 * min);
    expect(moved).toMatchObject({ questions: [], placement: { labels: ["gpu"] } });
    expect(moved).not.toHaveProperty("lost");
    expect(moved.notices[0]).toContain("mind the cache");
  });

  it("`stop` stops, and nothing else is an answer", () => {
    expect(afterAnswer(asking, { choice: "stop" }, 20 * min)).toMatchObject({ phase: "ended", ending: { status: "stopped" } });
    expect(refuseAnswer(asking, { choice: "continue" })).toBe("q1 takes wait or move or stop, not continue");
    expect(refuseAnswer(asking, { choice: "wait" })).toBeNull();
  });

  it("patience with the work does not depend on what was answered", () => {
    const tired = { ...asking, failures: 2 };
    expect(afterAnswer(tired, { choice: "wait" }, 20 * min)).toMatchObject({ failures: 2, progress: tired.progress });
  });
});

test("the wait is told in words, with times that hold whenever they are read", () => {
  const lost: LostHost = { host: "big-1", at: Date.UTC(2026, 0, 2, 3, 4, 5), until: Date.UTC(2026, 0, 2, 3, 6, 5), next: "move" };
  expect(lostText(lost)).toBe("waiting for big-1, lost at 2026-01-02T03:04:05Z; moves at 2026-01-02T03:06:05Z");
  expect(lostTextAt(lost, lost.at + 40_000)).toBe("waiting for big-1, lost 40 s ago; moves in 80 s");
  expect(lostTextAt({ ...lost, next: "ask" }, lost.at + 3 * min)).toBe("waiting for big-1, lost 3 min ago; asks now");
  expect(lostTextAt({ ...lost, until: null }, lost.at + 3 * min)).toBe("waiting for big-1, lost 3 min ago");
});

test("the view names the lost host", () => {
  expect(viewOf(lose(), "").lost?.host).toBe("big-1");
  expect(viewOf(held(), "")).not.toHaveProperty("lost");
});
