import { expect, test } from "vitest";
import type { KnownHost } from "../../hub/hub.ts";
import { agentToFind, chooseTarget } from "./choose-target.ts";

const host = (id: string, more: Partial<KnownHost> = {}): KnownHost => ({
  id,
  name: id,
  labels: ["linux"],
  places: { total: 2, taken: 0 },
  load1: 0,
  agents: [],
  draining: false,
  startedAt: "2025-01-01T00:00:00Z",
  platform: "linux-x64",
  version: "1",
  lastSeenMs: 0,
  alive: true,
  ...more,
});
const ready = host("ready", { agents: [{ name: "codex", problems: [] }] });
const loggedOut = host("logged-out", { agents: [{ name: "codex", problems: ["it is not logged in"] }] });

test("a host that tells of no such agent, or of one that is not ready, is refused with the reason", () => {
  const wanted = { agent: "codex", from: null };
  expect(() => chooseTarget([host("bare")], { to: "bare", ...wanted })).toThrow("it is not installed there");
  expect(() => chooseTarget([loggedOut], { to: "logged-out", ...wanted })).toThrow("it is not logged in");
  expect(chooseTarget([loggedOut, ready], { to: "linux", ...wanted })).toBe(ready);
});

test("an agent that the goal says how to run is left to the host to try", () => {
  const agent = agentToFind({ agent: "codex", customAgent: true });
  expect(chooseTarget([host("bare")], { to: "bare", agent, from: null }).id).toBe("bare");
  expect(chooseTarget([loggedOut], { to: "linux", agent, from: null }).id).toBe("logged-out");
  expect(agentToFind({ agent: "codex" })).toBe("codex");
  expect(agentToFind({ agent: "command" })).toBeNull();
});
