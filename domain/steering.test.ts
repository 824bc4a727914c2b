import { expect, test } from "vitest";
import { goalFor, threadWith } from "../test/support/play-thread.ts";
import { afterSteering } from "./steering.ts";

const late = (epoch: number, index: number) => ({ text: `${epoch}.${index}`, by: "ann", late: { epoch, index } });

test("what a person says is told once, in order, however often what was sent after a thread comes", () => {
  const sent = [late(5, 0), late(5, 1), late(5, 0), late(5, 1), { text: "now", by: "ann" }, late(5, 2), late(9, 0), late(9, 0)];
  const state = sent.reduce(afterSteering, threadWith(goalFor()));
  expect(state.steering).toEqual(["5.0", "5.1", "now", "5.2", "9.0"]);
});
