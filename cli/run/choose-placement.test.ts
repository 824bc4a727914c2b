import { expect, test } from "vitest";
import type { KnownHost } from "../../hub/hub.ts";
import { choosePlacement } from "./choose-placement.ts";

const host = (id: string, labels: readonly string[] = []): KnownHost => ({
  id,
  name: id,
  labels,
  places: { total: 1, taken: 0 },
  load1: 0,
  agents: [],
  platform: "linux-x64",
  version: "0.1.0",
  startedAt: "2026-11-21T10:00:00.000Z",
  draining: false,
  lastSeenMs: 0,
  alive: true,
});
const hosts = [host("gpu", ["linux"]), host("big-1", ["gpu", "arm"])];

test("a host's own name goes before a label of the same name", () => {
  expect(choosePlacement(hosts, "gpu")).toEqual({ labels: [], host: "gpu" });
  expect(choosePlacement(hosts, "big-1")).toEqual({ labels: [], host: "big-1" });
});

test("a named host goes before the goal's labels, which count again without it", () => {
  expect(choosePlacement(hosts, "big-1", ["arm"])).toEqual({ labels: [], host: "big-1", otherwise: ["arm"] });
});

test("a label is any host that carries it", () => {
  expect(choosePlacement(hosts, "arm")).toEqual({ labels: ["arm"] });
});

test("what no host is or carries is refused with what is near", () => {
  expect(() => choosePlacement(hosts, "big-2")).toThrow(
    expect.objectContaining({ type: "NotFound", next: expect.stringContaining("big-1") as string }),
  );
});
