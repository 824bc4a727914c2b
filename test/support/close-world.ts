import { rmSync } from "node:fs";
import type { Client } from "@temporalio/client";
import { threadOfWorkflow } from "../../workflows/messages.ts";
import { failedAttempts } from "./failed-attempts.ts";
import { processesWith, type FoundProcess } from "./processes.ts";
import { fetchRuns, ofThreads, recordRuns, replayFailures } from "./replay.ts";
import type { BatonResult } from "./run-baton.ts";
import { until } from "./until.ts";
import type { WorldClient } from "./world-client.ts";

interface OpenWorld {
  readonly root: string;
  readonly home: string;
  readonly baton: (args: readonly string[], options?: { readonly timeoutMs?: number }) => Promise<BatonResult>;
  readonly connected: Promise<WorldClient>;
  /** Reasons for threads that need not be settled, by id. */
  readonly allowedOpen: ReadonlyMap<string, string>;
  /** Ends the hosts that joined it. */
  readonly stopHosts: () => Promise<unknown>;
}

const goneMs = 10_000;
const endedMs = 15_000;

/**
 * Stops a world and removes it. Throws when a thread is left unsettled, a history does not replay, or a process is left.
 * BATON_RECORD_HISTORIES names a folder that keeps the histories; BATON_KEEP_WORLD keeps the world's files.
 */
export async function closeWorld(world: OpenWorld): Promise<void> {
  const problems: string[] = [];
  try {
    const connected = await world.connected;
    const open = await openThreads(connected.client, world.allowedOpen);
    const runs = await fetchRuns(connected.client);
    await connected.close();
    const recordings = process.env["BATON_RECORD_HISTORIES"];
    if (recordings !== undefined) recordRuns(recordings, runs);
    // What a failed attempt left open is that failure's matter, which is told by itself.
    if (failedAttempts.count === 0) problems.push(...open);
    problems.push(...(await replayFailures(runs)));
  } finally {
    await world.stopHosts();
    const down = await world.baton(["down"], { timeoutMs: 90_000 });
    if (down.code !== 0) problems.push(`baton down ended with ${down.code}: ${down.stderr}`);
    problems.push(...(await leftOver(world.home)));
    if (process.env["BATON_KEEP_WORLD"] === undefined) rmSync(world.root, { recursive: true, force: true });
    else process.stderr.write(`kept ${world.root}\n`);
  }
  if (problems.length > 0) throw new Error(`the world did not end well:\n${problems.join("\n")}`);
}

/** Threads that have not ended; one that has just settled is given a moment to give its place back. */
async function openThreads(client: Client, allowed: ReadonlyMap<string, string>): Promise<string[]> {
  let open: string[] = [];
  const look = async () => {
    open = [];
    for await (const { workflowId } of client.workflow.list({
      query: `ExecutionStatus != 'Completed' AND ExecutionStatus != 'ContinuedAsNew' AND ${ofThreads}`,
    })) {
      const { status } = await client.workflow.getHandle(workflowId).describe();
      const fine = status.name === "COMPLETED" || allowed.has(threadOfWorkflow(workflowId));
      if (!fine) open.push(`${workflowId} is ${status.name}; settle it, or allowOpen it with a reason`);
    }
    return open.length === 0;
  };
  await until(look, { why: "every thread has ended", withinMs: endedMs }).catch(() => undefined);
  return open;
}

/** Processes of the world that outlive it; they are ended, so that one failure does not become many. */
async function leftOver(home: string): Promise<string[]> {
  const find = () => processesWith(`HOME=${home}`);
  let left: readonly FoundProcess[] = [];
  await until(() => (left = find()).length === 0, { why: "every process is gone", withinMs: goneMs }).catch(() => undefined);
  for (const { pid } of left) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // Gone in the meantime.
    }
  }
  return left.map(({ pid, command }) => `process ${pid} is left: ${command}`);
}
