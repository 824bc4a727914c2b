import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import { defaultPayloadConverter } from "@temporalio/common";
import { DefaultLogger, NativeConnection, Runtime, Worker } from "@temporalio/worker";
import { stateDirOf } from "../../config/state-dir.ts";
import type { ThreadStart } from "../../domain/thread-start.ts";
import { serviceFiles } from "../../infra/services/service-files.ts";
import { serviceNames } from "../../infra/services/service-plan.ts";
import { threadWorkflowId } from "../../workflows/messages.ts";
import { startWorldHost } from "../support/world-host.ts";
import { openBenchWorld, type BenchWorld } from "./bench-world.ts";
import { makeSampleWork } from "./sample-work.ts";
import type { Row } from "./table.ts";
import { readRuns } from "./thread-history.ts";

interface FanOutBench {
  /** Subagents of each run. */
  readonly subagents: readonly number[];
  readonly hosts: number;
  readonly say: (line: string) => void;
}

const placesOfHost = 8;
const rawQueue = "bench.fan-out";
const limitMs = 3_600_000;

/** Subagents that write one file each, against the same Activities on the same hosts, driven by plain Workflows. */
export async function fanOutRows(bench: FanOutBench): Promise<Row[]> {
  const world = await openBenchWorld({ BATON_PLACES: String(placesOfHost) });
  const files = serviceFiles(stateDirOf(world.env));
  const others = await Promise.all(
    Array.from({ length: bench.hosts - 1 }, (_, index) =>
      startWorldHost({ name: `other-${index + 1}`, root: world.root, env: world.env, files }, { places: placesOfHost }),
    ),
  );
  try {
    const hosts = others.map(({ id }) => id);
    const rows: Row[] = [];
    for (const count of bench.subagents) rows.push(...(await measure(world, { ...bench, count, hosts })));
    return [
      ...rows,
      ...serviceNames.map((name): Row => ({ what: `${name}, after all subagents`, value: world.memoryMb(name), unit: "MB" })),
    ];
  } finally {
    for (const other of others) await other.stop();
    await world.close();
  }
}

interface Measured extends Pick<FanOutBench, "say"> {
  readonly count: number;
  /** Ids of the hosts beside the embedded one. */
  readonly hosts: readonly string[];
}

async function measure(world: BenchWorld, { count, hosts: others, say }: Measured): Promise<Row[]> {
  const parallel = placesOfHost * (others.length + 1);
  const work = makeSampleWork(world.root, { files: 50, env: world.env, name: `fan-out-${count}` });
  say(`${count} subagents on ${others.length + 1} hosts of ${placesOfHost} places`);
  const baton = await runFanOut(world, { count, parallel, repository: work.repository });
  const hosts = [baton.start.home.host, ...others];
  say(`the same Activities in plain Workflows`);
  const rawMs = await runRaw(world, { start: baton.start, count, hosts, parallel });
  const name = `${count} subagents, ${hosts.length} hosts:`;
  return [
    { what: `${name} all merged and settled`, value: baton.ms, unit: "ms" },
    { what: `${name} the last subagent had achieved its task`, value: baton.subagentsMs, unit: "ms" },
    { what: `${name} the same Activities in raw Temporal`, value: rawMs, unit: "ms" },
    { what: `${name} subagents / raw Temporal`, value: baton.subagentsMs / rawMs, unit: "x", goal: 1.5 },
    { what: `${name} with merges and delivery / raw Temporal`, value: baton.ms / rawMs, unit: "x" },
    { what: `${name} a subagent, over all places`, value: baton.subagentsMs / count, unit: "ms" },
    { what: `${name} coordinator's history`, value: baton.events, unit: "events" },
    { what: `${name} coordinator's history, a subagent`, value: baton.events / count, unit: "events" },
  ];
}

async function runFanOut(
  world: BenchWorld,
  { count, parallel, repository }: { count: number; parallel: number; repository: string },
) {
  const file = join(world.root, `fan-out-${count}.yaml`);
  const goal = {
    goal: `Write ${count} files`,
    verify: ["true"],
    agents: { worker: { use: "command", run: 'cat > /dev/null; echo "$BATON_TASK_NAME" > "$BATON_TASK_NAME.txt"' } },
    fan_out: {
      tasks: taskNames(count),
      template: { goal: "Write ${task.name}", verify: ['test -f "${task.name}.txt"'] },
      parallel: Math.min(200, parallel),
      merge: { verify: ["true"], batch: 100 },
    },
  };
  writeFileSync(file, stringify(goal));
  const startedAt = performance.now();
  const { id } = (await world.baton(["run", file, "-d", "--json"], repository)).json() as { id: string };
  const handle = world.client.workflow.getHandle(threadWorkflowId(id));
  const result = (await world.client.withDeadline(Date.now() + limitMs, () => handle.result())) as {
    status: string;
    reason: string;
  };
  const ms = performance.now() - startedAt;
  if (result.status !== "achieved") throw new Error(`${id} is ${result.status}: ${result.reason}`);
  const runs = await readRuns(world.client, threadWorkflowId(id));
  const events = runs.flatMap((run) => run.events ?? []);
  const payload = events[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0];
  const { start } = defaultPayloadConverter.fromPayload<{ start: ThreadStart }>(payload!);
  const beginAt = timeMs(events[0]?.eventTime);
  const lastNews = events.findLast((event) => event.workflowExecutionSignaledEventAttributes?.signalName === "subagentNews");
  return { ms, start, events: events.length, subagentsMs: timeMs(lastNews?.eventTime) - beginAt };
}

function timeMs(time: { seconds?: unknown; nanos?: number | null } | null | undefined): number {
  return Number(time?.seconds ?? 0) * 1000 + (time?.nanos ?? 0) / 1e6;
}

function taskNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `t${String(index + 1).padStart(4, "0")}`);
}

interface RawRun {
  readonly start: ThreadStart;
  readonly count: number;
  readonly hosts: readonly string[];
  readonly parallel: number;
}

async function runRaw(world: BenchWorld, { start, count, hosts, parallel }: RawRun): Promise<number> {
  installQuietRuntime();
  const connection = await NativeConnection.connect({ address: world.address });
  const workflowsPath = fileURLToPath(new URL("raw-fan-out-workflow.ts", import.meta.url));
  const worker = await Worker.create({ connection, namespace: world.namespace, taskQueue: rawQueue, workflowsPath });
  const running = worker.run();
  try {
    const tasks = taskNames(count).map((name) => ({ key: name.padStart(32, "0"), name, fields: { name } }));
    const startedAt = performance.now();
    await world.client.withDeadline(Date.now() + limitMs, () =>
      world.client.workflow.execute("rawFanOut", {
        workflowId: `raw/fan-out-${count}`,
        taskQueue: rawQueue,
        args: [{ start, tasks, hosts, parallel }],
      }),
    );
    return performance.now() - startedAt;
  } finally {
    worker.shutdown();
    await running;
    await connection.close();
  }
}

let quiet = false;

function installQuietRuntime(): void {
  if (!quiet) Runtime.install({ logger: new DefaultLogger("ERROR") });
  quiet = true;
}
