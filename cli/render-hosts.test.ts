import { expect, test } from "vitest";
import type { KnownHost } from "../hub/hub.ts";
import { plainPaint } from "./output.ts";
import { renderHosts } from "./render-hosts.ts";

const host = (change: Partial<KnownHost>): KnownHost => ({
  id: "big-1",
  name: "big-1",
  labels: ["gpu", "linux"],
  places: { total: 4, taken: 1 },
  load1: 0.5,
  agents: [{ name: "codex", version: "1.2.3", problems: [] }],
  platform: "linux-x64",
  version: "0.1.0",
  startedAt: "2026-11-21T10:00:00.000Z",
  draining: false,
  lastSeenMs: 1_000,
  alive: true,
  ...change,
});

test("a host's row tells whether it can take a thread and with which agents", () => {
  const lines = renderHosts(
    [
      host({}),
      host({ id: "big-2", draining: true, labels: [], agents: [] }),
      host({ id: "old", alive: false, lastSeenMs: 90_000, agents: [{ name: "claude", problems: ["not logged in"] }] }),
      host({ id: "gone", alive: false, ended: true, lastSeenMs: 90_000 }),
    ],
    plainPaint,
  );
  expect(lines[0]).toMatch(/^host +state +places +load +labels +agents +last seen$/);
  expect(lines[1]).toMatch(/^big-1 +alive +1\/4 +0\.50 +gpu,linux +codex 1\.2\.3 +now$/);
  expect(lines[2]).toMatch(/^big-2 +draining +1\/4 +0\.50 +- +- +now$/);
  expect(lines[3]).toMatch(/^old +dead .*claude \(not logged in\) .* ago$/);
  expect(lines[4]).toMatch(/^gone +left /);
});
