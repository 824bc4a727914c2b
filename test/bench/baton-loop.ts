import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import proto from "@temporalio/proto";
import { threadWorkflowId } from "../../workflows/messages.ts";
import { serviceNames, type ServiceName } from "../../infra/services/service-plan.ts";
import type { BenchWorld } from "./bench-world.ts";
import { verifyCommand, type SampleWork } from "./sample-work.ts";
import { readRuns, timeOf, type Event, type History } from "./thread-history.ts";

const { HistoryEvent } = proto.temporal.api.history.v1;

export interface LoopRun {
  /** Milliseconds from each turn's start to the next turn's, in order; the last turn has none. */
  readonly turnMs: readonly number[];
  readonly eventsPerTurn: number;
  readonly bytesPerTurn: number;
  /** Processor time of each service and of its children, which other work on the machine does not lengthen. */
  readonly cpuMsPerTurn: Readonly<Record<ServiceName, number>>;
}

const limitMs = 240_000;

/** Runs a goal for `turns` turns, the last of which achieves it, and reads what each cost from the history. */
export async function runBatonLoop(world: BenchWorld, work: SampleWork, turns: number): Promise<LoopRun> {
  const file = join(world.root, `${work.name}.yaml`);
  writeFileSync(
    file,
    stringify({
      goal: `Work on ${work.name} for ${turns} turns`,
      verify: [{ name: "done", run: verifyCommand }],
      agents: { worker: { use: "command", bin: work.agent, env: [`TURNS=${turns}`] } },
      budget: { turns: turns + 10 },
      on_failure: { same_failure: turns + 10, no_progress: turns + 10 },
    }),
  );
  const started = await world.baton(["run", file, "-d", "--json", "--again"], work.repository);
  const { id } = started.json() as { id: string };
  const workflowId = threadWorkflowId(id);
  const before = processorTimes(world);
  await world.client.withDeadline(Date.now() + limitMs, () => world.client.workflow.getHandle(workflowId).result());
  const after = processorTimes(world);
  const cpu = serviceNames.map((name) => [name, (after[name] - before[name]) / turns]);
  const cpuMsPerTurn = Object.fromEntries(cpu) as Record<ServiceName, number>;
  return { ...measure(await readRuns(world.client, workflowId), turns), cpuMsPerTurn };
}

function processorTimes(world: BenchWorld): Record<ServiceName, number> {
  return Object.fromEntries(serviceNames.map((name) => [name, world.processorMs(name)])) as Record<ServiceName, number>;
}

function measure(runs: readonly History[], turns: number): Omit<LoopRun, "cpuMsPerTurn"> {
  const starts = runs.flatMap((run) => (run.events ?? []).filter(isTurn).map(timeOf));
  const turnMs = starts.slice(1).map((at, index) => at - (starts[index] ?? at));
  const events = (runs[0]?.events ?? []).slice();
  const first = events.findIndex(isTurn);
  const last = events.findLastIndex(isTurn);
  const within = events.slice(first, last);
  const counted = Math.max(1, within.filter(isTurn).length);
  const bytes = within.reduce((sum, event) => sum + HistoryEvent.encode(event).finish().length, 0);
  if (starts.length !== turns) throw new Error(`the thread took ${starts.length} turns instead of ${turns}`);
  return { turnMs, eventsPerTurn: within.length / counted, bytesPerTurn: bytes / counted };
}

function isTurn(event: Event): boolean {
  return event.activityTaskScheduledEventAttributes?.activityType?.name === "runTurn";
}
