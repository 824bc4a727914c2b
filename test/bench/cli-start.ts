import { spawnSync } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { threadWorkflowId, threadWorkflowType } from "../../workflows/messages.ts";
import { searchAttributes } from "../../workflows/search-attributes.ts";
import type { BenchWorld } from "./bench-world.ts";
import { median } from "./statistics.ts";

const cli = fileURLToPath(new URL("../../bin/baton.js", import.meta.url));
const together = 50;

/** Medians of wall milliseconds, the commands taking turns. */
export function timeCommands(world: BenchWorld, commands: Readonly<Record<string, readonly string[]>>, times = 10) {
  const took = Object.fromEntries(Object.keys(commands).map((name) => [name, [] as number[]]));
  for (let round = 0; round < times; round += 1) {
    for (const [name, args] of Object.entries(commands)) {
      const startedAt = performance.now();
      const { status } = spawnSync(process.execPath, args, { cwd: world.root, env: world.env, stdio: "ignore" });
      if (status !== 0) throw new Error(`node ${args.join(" ")} ended with ${status}`);
      took[name]?.push(performance.now() - startedAt);
    }
  }
  return Object.fromEntries(Object.entries(took).map(([name, values]) => [name, median(values)]));
}

export function batonArgs(...args: readonly string[]): string[] {
  return [cli, ...args];
}

/** Rows as threads have them, of Workflows that no Worker ever runs. */
export async function addThreads(world: BenchWorld, count: number): Promise<void> {
  for (let from = 0; from < count; from += together) {
    const ids = Array.from({ length: Math.min(together, count - from) }, (_, index) => `row-${from + index}`);
    await Promise.all(ids.map((id) => addThread(world, id)));
  }
  const query = `WorkflowId STARTS_WITH '${threadWorkflowId("row-")}'`;
  for (let look = 1; (await world.client.workflow.count(query)).count < count; look += 1) {
    if (look === 200) throw new Error(`Temporal does not list all of ${count} Workflows`);
    await delay(50);
  }
}

async function addThread(world: BenchWorld, id: string): Promise<void> {
  await world.client.workflow.start(threadWorkflowType, {
    workflowId: threadWorkflowId(id),
    taskQueue: "bench.nobody",
    memo: { identity: id, title: `Make every test of ${id} pass`, repository: "bench", openedAt: new Date().toISOString() },
    typedSearchAttributes: [
      { key: searchAttributes.status, value: "running" },
      { key: searchAttributes.repository, value: "bench" },
      { key: searchAttributes.agent, value: "command" },
      { key: searchAttributes.host, value: "host-1" },
      { key: searchAttributes.owner, value: "ann" },
      { key: searchAttributes.turn, value: 3 },
      { key: searchAttributes.cost, value: 1.25 },
    ],
  });
}
