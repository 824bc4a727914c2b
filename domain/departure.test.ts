import { expect, test } from "vitest";
import { goalFor, threadWith } from "../test/support/play-thread.ts";
import {
  afterDeparted,
  afterQuiet,
  beginDeparture,
  beginLeaving,
  cancelDeparture,
  departureReport,
  refuseCancel,
  refuseDeparture,
  type DepartRequest,
} from "./departure.ts";
import { nextStep } from "./next-step.ts";
import { end, isSettled } from "./thread.ts";
import { statusOf } from "./view.ts";

const request: DepartRequest = { to: "team:", service: "team-id", from: "laptop-id", mode: "drain", placement: null, by: "ann" };
const thread = threadWith(goalFor());
const leaving = beginDeparture({ ...thread, lastEpoch: 4, steering: ["first"] }, request, 1_000);

test("a departing thread takes no step but the departure, and shows as moving", () => {
  expect(nextStep(leaving)).toEqual({ kind: "depart" });
  expect(nextStep(afterQuiet(leaving))).toEqual({ kind: "depart" });
  expect(statusOf(leaving)).toBe("moving");
  expect(nextStep(cancelDeparture(leaving, { by: "ann" }, 2_000)).kind).toBe("hold");
});

test("nothing can be copied before nothing runs any more", () => {
  expect(departureReport(leaving).state).toBeNull();
  expect(departureReport(afterQuiet(leaving)).state).toMatchObject({ epoch: 5, lastEpoch: 5, hold: null, foreign: true });
});

test("what arrives is not departing, and knows where its home is", () => {
  const { state } = departureReport(afterQuiet(leaving));
  expect(state).not.toHaveProperty("departure");
  expect(state?.homeService).toBe("laptop-id");
  const back = beginDeparture(state!, { ...request, to: "laptop", service: "laptop-id", from: "team-id" }, 2_000);
  expect(departureReport(afterQuiet(back)).state).toMatchObject({ foreign: false, epoch: 6 });
});

test("steering that comes too late to travel is kept apart", () => {
  const quiet = beginLeaving(afterQuiet(leaving));
  const late = departureReport({ ...quiet, steering: [...quiet.steering, "second"] });
  expect(late.state?.steering).toEqual(["first"]);
  expect(late.lateSteering).toEqual(["second"]);
});

test("asking again for the departure under way changes nothing but the mode", () => {
  const again = beginDeparture(leaving, { ...request, mode: "interrupt" }, 9_000);
  expect(again.departure).toEqual({ ...leaving.departure, mode: "interrupt" });
  expect(refuseDeparture(leaving, request)).toBeNull();
});

test("a departure is refused where the thread cannot leave", () => {
  expect(refuseDeparture(leaving, { ...request, service: "other-id" })).toContain("on its way to team:");
  expect(refuseDeparture(thread, { ...request, service: "laptop-id" })).toContain("already");
  expect(refuseDeparture(end(thread, { status: "stopped", reason: "" }), request)).toBe("the thread is stopped");
});

test("a thread that has left is settled, and says where it went", () => {
  const left = afterDeparted(beginLeaving(afterQuiet(leaving)), "thread/x at team.example.org:7233", 3_000);
  expect(isSettled(left)).toBe(true);
  expect(statusOf(left)).toBe("moved");
  expect(left.ending?.reason).toBe("moved to team: (thread/x at team.example.org:7233)");
});

test("a thread that may be over there stays only with a reason that is about this very departure", () => {
  const gone = beginLeaving(afterQuiet(leaving));
  const { epoch } = gone.departure!;
  expect(refuseCancel(gone, { by: "ann" })).toContain("it may be at team: already");
  expect(refuseCancel(gone, { by: "ann", epoch: epoch - 1, because: "refused" })).not.toBeNull();
  expect(refuseCancel(gone, { by: "ann", epoch, because: "refused" })).toBeNull();
  expect(refuseCancel(thread, { by: "ann", epoch, because: "decided" })).toContain("not on its way");
});

test("what is taken back by decision writes under epochs that no copy left behind reaches", () => {
  const gone = beginLeaving(afterQuiet(leaving));
  const { epoch } = gone.departure!;
  const refused = cancelDeparture(gone, { by: "ann", epoch, because: "refused" }, 2_000);
  expect(refused).toMatchObject({ lastEpoch: 5 });
  expect(refused).not.toHaveProperty("takenBack");
  const decided = cancelDeparture(gone, { by: "ann", epoch, because: "decided" }, 2_000);
  expect(decided.takenBack).toEqual({ from: "team:", service: "team-id", epoch: 5, at: 2_000 });
  expect(decided.lastEpoch).toBeGreaterThan(epoch + 999_999);
  expect(decided).not.toHaveProperty("departure");
});

test("open questions, a pause and what the agent was not told yet travel; a wait for a rate limit does not", () => {
  const parked = {
    ...thread,
    paused: true,
    steering: ["mind the basket"],
    backOff: { waitMs: 3_600_000, reason: "rate limited" },
    questions: [
      { id: "q1", kind: "agent" as const, text: "?", facts: [], choices: ["continue" as const], next: "", turn: 1, askedAt: 1 },
    ],
  };
  const { state } = departureReport(afterQuiet(beginDeparture(parked, request, 1_000)));
  expect(state).toMatchObject({ paused: true, questions: [{ id: "q1" }], steering: ["mind the basket"], backOff: null });
});
