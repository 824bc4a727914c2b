import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { KnownHost } from "../hub/hub.ts";
import { refuseTwin } from "./refuse-twin.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "baton-twin-"));
});

afterEach(() => rm(folder, { recursive: true }));

/** A hub that heard of the host so long ago, look by look. */
function hubThatHeard(startedAt: string, ...lastSeen: readonly number[]) {
  let look = 0;
  return {
    looks: () => look,
    listHosts: () => {
      const lastSeenMs = lastSeen[Math.min(look, lastSeen.length - 1)]!;
      look += 1;
      return Promise.resolve({
        hosts: [{ id: "big-1", alive: lastSeenMs < 12_500, startedAt, platform: "linux-x64", lastSeenMs } as KnownHost],
      });
    },
  };
}

const check = (hub: ReturnType<typeof hubThatHeard>, startedAt: string, lookMs = 30) =>
  refuseTwin({ hub, host: "big-1", folder, startedAt, lookEveryMs: 1, lookMs });

test("a host whose name speaks from elsewhere is refused", async () => {
  await expect(check(hubThatHeard("earlier", 3000, 3500, 20), "now", 60_000)).rejects.toMatchObject({ type: "Conflict" });
});

test("a host that fell silent has no twin", async () => {
  await check(hubThatHeard("earlier", 3000, 3500, 4000), "now");
  await check(hubThatHeard("earlier", 60_000), "now");
});

test("a host does not wait for its own dead predecessor", async () => {
  await check(hubThatHeard("earlier", 60_000), "mine");
  const hub = hubThatHeard("mine", 100);
  await check(hub, "next");
  expect(hub.looks()).toBe(1);
});
