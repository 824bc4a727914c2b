import { expect, test } from "vitest";
import { hostLossOf } from "./host-loss-options.ts";

test("what is not given stays as the goal says", () => {
  expect(hostLossOf({})).toEqual({});
  expect(hostLossOf({ onLoss: "ask" })).toEqual({ onLoss: "ask" });
  expect(hostLossOf({ onLoss: "move", grace: "1h30m" })).toEqual({ onLoss: "move", graceMs: 5_400_000 });
});

test.for(["", "0s", "2", "soon", "-1m", "25d", "1m1h"])("a grace of %j is refused", (grace) => {
  expect(() => hostLossOf({ grace })).toThrow(expect.objectContaining({ type: "Usage", where: "--grace" }));
});
