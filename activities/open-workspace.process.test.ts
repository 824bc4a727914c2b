import { asyncLocalStorage, type Context } from "@temporalio/activity";
import { pino } from "pino";
import { expect, test } from "vitest";
import { checkpointOf } from "../hub/test-hub.ts";
import { useHubWithWork } from "../hub/use-hub-with-work.ts";
import type { HostContext } from "./host-context.ts";
import { createOpenThreads } from "./workspace/open-threads.ts";
import { openWorkspace } from "./open-workspace.ts";
import type { OpenWorkspaceInput } from "./thread-activities.ts";

const { work, running, inFolder } = useHubWithWork("repo-1");

function open(more: Partial<OpenWorkspaceInput>) {
  const logger = pino({ level: "silent" });
  const place = { host: `test-${process.pid}`, folder: inFolder("host"), env: process.env };
  const host = { ...place, hub: running.hub, logger } as unknown as HostContext;
  const repository = { id: "repo-1", name: "repo", base: work.base, shallow: [] };
  const context = { cancellationSignal: new AbortController().signal } as Context;
  const input = { thread: "t", epoch: 2, repository, env: [], turn: 1, ...more };
  return asyncLocalStorage.run(context, () => openWorkspace(host, createOpenThreads(), input));
}

test("a thread that has not begun does not take over what the hub keeps of an earlier one with its id", async () => {
  const earlier = checkpointOf(await work.commit("earlier"), { partial: true });
  await running.hub.claimEpoch(earlier);
  await running.hub.pushCheckpoint(earlier, work.pack(earlier.commit, [work.base]));
  await expect(open({ first: true })).rejects.toMatchObject({ type: "IdTaken" });
  await running.hub.settleThread(earlier);
  expect(await running.hub.readCheckpoint(earlier)).toMatchObject({ checkpoint: { epoch: 1, commit: earlier.commit } });
});

test("a thread that nobody had before begins, also when it opens its workspace again", async () => {
  expect(await open({ first: true })).toMatchObject({ newest: null });
  expect(await open({ first: true, epoch: 3 })).toMatchObject({ newest: null });
});

test("a thread begins without earlier work that the hub has lost", async () => {
  expect(await open({ also: ["1".repeat(40)] })).toMatchObject({ newest: null });
});
