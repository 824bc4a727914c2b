import { expect, test } from "vitest";
import type { HubClient } from "../../hub/hub-client.ts";
import type { KnownHost } from "../../hub/hub.ts";
import type { Services } from "../context.ts";
import { viewForTest } from "../testing/view.ts";
import { pullAcross } from "./hand-off-across.ts";

/** This machine's services, whose hub knows its host as given, and a remote where a thread with codex runs. */
function machines(host: Partial<KnownHost>) {
  const told: string[] = [];
  const hub = { listHosts: async () => ({ hosts: [{ id: "laptop", labels: [], agents: [], alive: true, ...host }] }) };
  const here = {
    endpoints: { host: { id: "laptop" } },
    hub: async () => hub as unknown as HubClient,
    identity: async () => "here",
    threads: { describe: async () => undefined },
  } as unknown as Services;
  const there = {
    identity: async () => "there",
    threads: {
      resolve: async () => "cart-7f3k",
      read: async () => viewForTest({ agent: "codex" }),
      update: async (_thread: string, name: string) => Promise.reject(new Error(told[told.push(name) - 1])),
    },
  } as unknown as Services;
  return { told, pull: () => pullAcross(here, there, { rest: "cart-7f3k", mode: "drain" }) };
}

test("a thread is not asked to leave for a machine that could not run it", async () => {
  const bare = machines({});
  await expect(bare.pull()).rejects.toThrow("codex cannot be used on laptop: it is not installed there");
  const draining = machines({ draining: true, agents: [{ name: "codex", problems: [] }] });
  await expect(draining.pull()).rejects.toThrow("laptop is draining");
  expect([...bare.told, ...draining.told]).toEqual([]);
});

test("a thread is asked to leave for a machine that has its agent", async () => {
  const fit = machines({ agents: [{ name: "codex", problems: [] }] });
  await expect(fit.pull()).rejects.toThrow("depart");
  expect(fit.told).toEqual(["depart"]);
});
