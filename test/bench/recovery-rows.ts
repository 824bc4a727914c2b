import { threadWorkflowId } from "../../workflows/messages.ts";
import { createCrashWorld, type CrashWorld, type Machine } from "../support/crash-world.ts";
import type { TestThread } from "../support/test-thread.ts";
import { until } from "../support/until.ts";
import { median } from "./statistics.ts";
import type { Row } from "./table.ts";
import { activityTimes, readRuns } from "./thread-history.ts";

interface RecoveryBench {
  readonly rounds: number;
  readonly say: (line: string) => void;
}

type Fault = (typeof faults)[number];

const heartbeatMs = 3000;
const beyondMs = 2000;
const faults = [
  "machine lost, another goes on",
  "host killed and away, another goes on",
  "host killed and started again",
  "host killed under its supervisor",
] as const;

/** Milliseconds from SIGKILL in mid-turn to the start of the turn's next attempt. */
export async function recoveryRows({ rounds, say }: RecoveryBench): Promise<Row[]> {
  const crash = await createCrashWorld({ BATON_HEARTBEAT_TIMEOUT_MS: String(heartbeatMs), BATON_KEEP_PLACE_MS: "300000" });
  const took = new Map<Fault, number[]>(faults.map((fault) => [fault, []]));
  const startMs: number[] = [];
  try {
    const wish = { labels: ["far"], args: ["--no-workflows"] };
    const machines = [await crash.machine("first", wish), await crash.machine("second", wish)];
    for (let round = 1; round <= rounds; round += 1) {
      startMs.push(await restart(machines[0]));
      for (const [fault, all] of took) {
        say(`recovery, ${fault}, round ${round} of ${rounds}`);
        all.push(await recover(crash, machines, fault));
      }
    }
  } finally {
    await crash.close();
  }
  const rows = [...took].flatMap(([fault, all]): Row[] => {
    const goal = heartbeatMs + beyondMs;
    const worst = Math.max(...all);
    return [
      { what: `${fault}: next attempt after, median of ${all.length}`, value: median(all), unit: "ms" },
      { what: `${fault}: longest`, value: worst, unit: "ms", goal },
      { what: `${fault}: longest / heartbeat timeout`, value: worst / heartbeatMs, unit: "x" },
    ];
  });
  return [
    { what: "heartbeat timeout", value: heartbeatMs, unit: "ms" },
    { what: "start of an idle host", value: median(startMs), unit: "ms" },
    ...rows,
  ];
}

/** Milliseconds until a host without threads is ready again: what a restart costs at least. */
async function restart(machine: Machine | undefined): Promise<number> {
  await machine?.kill9();
  const startedAt = performance.now();
  await machine?.start();
  return performance.now() - startedAt;
}

async function recover(crash: CrashWorld, machines: readonly Machine[], fault: Fault): Promise<number> {
  const supervised = fault === "host killed under its supervisor";
  const home = crash.world.files.readReady("host")?.id ?? "";
  const plan = { turns: { 1.1: [["gate", "never"]], 1.2: [["write", ["done", "yes\n"]]] } } as const;
  const wish = (script: { agents: unknown }) => ({ agents: script.agents, ...(supervised ? {} : { host: { labels: ["far"] } }) });
  const thread = await crash.world.start({ plan, goal: wish }, supervised ? { args: ["--on", home] } : {});
  await thread.script.reached("never");
  const { host } = await thread.view();
  const here = machines.find(({ name }) => name === host);
  const at = Date.now();
  const mend = await strike(crash, fault, here);
  await until(() => thread.script.attempts().length === 2, { why: `a second attempt after: ${fault}`, withinMs: 60_000 });
  await thread.settled();
  await mend();
  return (await secondAttemptAt(crash, thread)) - at;
}

/** Gives what brings the world back in order afterwards. */
async function strike(crash: CrashWorld, fault: Fault, here: Machine | undefined): Promise<() => Promise<void>> {
  const nothing = async () => undefined;
  if (fault === "host killed under its supervisor") {
    await crash.world.kill9("host");
    return nothing;
  }
  if (here === undefined) throw new Error("the thread is on no machine");
  if (fault === "machine lost, another goes on") await here.powerOff();
  else await here.kill9();
  if (fault !== "host killed and started again") return () => here.start();
  await here.start();
  return nothing;
}

async function secondAttemptAt(crash: CrashWorld, { id }: TestThread): Promise<number> {
  const runs = await readRuns(await crash.world.client(), threadWorkflowId(id));
  const turns = runs.flatMap(activityTimes).filter(({ name }) => name === "runTurn");
  return turns[1]?.startedAt ?? Number.NaN;
}
