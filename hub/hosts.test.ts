import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { scratchFolder } from "../git/test-repository.ts";
import type { HostRecord } from "./hub.ts";
import { hubLimits } from "./limits.ts";
import { startTestHub, type TestHub } from "./test-hub.ts";

let folder: ReturnType<typeof scratchFolder>;
let running: TestHub;

beforeEach(async () => {
  folder = scratchFolder();
  running = await startTestHub(join(folder.path, "hub"));
});

afterEach(async () => {
  vi.restoreAllMocks();
  await running.stop();
  folder.remove();
});

const big: HostRecord = {
  id: "big-1-00ab",
  name: "big-1",
  labels: ["gpu", "linux"],
  places: { total: 4, taken: 1 },
  load1: 0.75,
  agents: [
    { name: "codex", version: "1.2.3", problems: [] },
    { name: "claude", problems: ["not found on PATH"] },
  ],
  sessions: [{ thread: "t", agent: "codex", session: "s-1" }],
  platform: "linux-x64",
  version: "0.1.0",
  startedAt: "2026-01-01T00:00:00.000Z",
  draining: false,
};

function later(ms: number): void {
  const at = Date.now() + ms;
  const heard = performance.now() + ms;
  vi.spyOn(Date, "now").mockImplementation(() => at);
  vi.spyOn(performance, "now").mockImplementation(() => heard);
}

const hosts = () => running.store.hosts.list();

test("a host is known as it announced itself, alive as long as it does so", async () => {
  await running.hub.announceHost(big);
  const small = { ...big, id: "a-small-one", name: "a-small-one", sessions: [], ended: false };
  await running.hub.announceHost(small);
  const listed = await running.hub.listHosts();
  expect(listed.hosts).toEqual([
    { ...small, lastSeenMs: expect.any(Number), alive: true },
    { ...big, ended: false, lastSeenMs: expect.any(Number), alive: true },
  ]);
  later(2.5 * hubLimits.announceMs + 2000);
  expect((await hosts()).map(({ alive }) => alive)).toEqual([false, false]);
});

test("a clock of the hub that is set ahead or back changes nothing about who is alive", async () => {
  await running.hub.announceHost(big);
  const now = Date.now();
  for (const jump of [3_600_000, -3_600_000]) {
    vi.spyOn(Date, "now").mockImplementation(() => now + jump);
    const [heard] = await hosts();
    expect(heard).toMatchObject({ alive: true });
    expect(heard?.lastSeenMs).toBeLessThan(60_000);
  }
});

test("a host that left in order is not alive from then on", async () => {
  await running.hub.announceHost(big);
  await running.hub.announceHost({ ...big, draining: true, ended: true });
  expect(await hosts()).toMatchObject([{ id: big.id, draining: true, alive: false }]);
});

test("dead hosts are listed for a week, over restarts of the hub", async () => {
  await running.hub.announceHost(big);
  await running.stop();
  running = await startTestHub(join(folder.path, "hub"));
  expect(await hosts()).toMatchObject([{ id: big.id, labels: ["gpu", "linux"] }]);
  later(hubLimits.hostKeptMs + 1000);
  expect(await hosts()).toEqual([]);
});

test("records that are too large, nameless or without places are refused", async () => {
  const refusal = { type: "Usage" };
  await expect(running.hub.announceHost({ ...big, id: "../x" })).rejects.toMatchObject(refusal);
  await expect(running.hub.announceHost({ ...big, labels: ["x".repeat(70_000)] })).rejects.toMatchObject(refusal);
  const { places: _places, ...placeless } = big;
  await expect(running.hub.announceHost(placeless as HostRecord)).rejects.toMatchObject(refusal);
  expect(await hosts()).toEqual([]);
});
