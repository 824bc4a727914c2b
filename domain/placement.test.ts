import { expect, test } from "vitest";
import {
  fits,
  hostWordProblem,
  placementAfterMove,
  placementText,
  placeWaitText,
  poolOf,
  type PlaceableHost,
} from "./placement.ts";

const host = (change: Partial<PlaceableHost> = {}): PlaceableHost => ({
  id: "big-1",
  labels: ["gpu", "linux"],
  places: { total: 2, taken: 0 },
  draining: false,
  alive: true,
  ...change,
});
const gpu = { labels: ["gpu"] };

test("a host fits when it carries every label, or is the one that is named", () => {
  expect(fits(host())).toBe(true);
  expect(fits(host(), { labels: ["linux", "gpu"] })).toBe(true);
  expect(fits(host(), { labels: ["gpu", "arm"] })).toBe(false);
  expect(fits(host(), { labels: [], host: "big-1" })).toBe(true);
  expect(fits(host(), { labels: [], host: "big-2" })).toBe(false);
});

test("a thread that was moved asks where it is first, and what it was started with counts when that host is gone", () => {
  const onBig2 = { labels: [], host: "big-2", otherwise: ["gpu"], preferred: true };
  expect(placementAfterMove(gpu, { host: "big-2" })).toEqual(onBig2);
  expect(placementAfterMove({ labels: [], host: "big-1", otherwise: ["gpu"] }, { host: "big-2" })).toEqual(onBig2);
  expect(placementAfterMove(onBig2, { host: "big-3" })).toEqual({ ...onBig2, host: "big-3" });
  expect(placementAfterMove(onBig2, { host: "big-3", label: "arm" })).toEqual({ labels: ["arm"] });
});

test("a place is asked for in the pool of the first label", () => {
  expect([poolOf(), poolOf({ labels: [] }), poolOf({ labels: ["gpu", "linux"] })]).toEqual(["default", "default", "gpu"]);
});

test("what a thread waits for is told in words", () => {
  expect(placementText()).toBe("a host");
  expect(placementText({ labels: ["gpu", "linux"] })).toBe("a host with labels gpu, linux");
  expect(placementText({ labels: [], host: "big-1" })).toBe("host big-1");
});

test("waiting names why there is no place", () => {
  expect(placeWaitText(gpu, [])).toBe("waiting for a host with label gpu: none is alive");
  expect(placeWaitText(gpu, [host({ alive: false }), host({ labels: [] })])).toContain("none is alive");
  expect(placeWaitText({ labels: [], host: "big-1" }, [host({ alive: false })])).toBe("waiting for host big-1: it is not alive");
  expect(placeWaitText(gpu, [host({ draining: true })])).toBe("waiting for a host with label gpu: big-1 drains");
  expect(placeWaitText(gpu, [host({ places: { total: 2, taken: 2 } })])).toContain("big-1 has 2 of 2 places taken");
  expect(placeWaitText(gpu, [host()])).toBe("waiting for a host with label gpu");
});

test("names and labels are short words, and default is taken", () => {
  expect(["gpu", "big-1", "a", "cuda12.4"].map(hostWordProblem)).toEqual([undefined, undefined, undefined, undefined]);
  for (const word of ["", "GPU", "-a", "a-", "a b", "a/b", "x".repeat(41), "default"])
    expect(hostWordProblem(word)).toBeDefined();
});
