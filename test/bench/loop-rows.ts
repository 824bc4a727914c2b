import { serviceNames } from "../../infra/services/service-plan.ts";
import { runBatonLoop, type LoopRun } from "./baton-loop.ts";
import { openBenchWorld, type BenchWorld } from "./bench-world.ts";
import { addThreads, batonArgs, timeCommands } from "./cli-start.ts";
import { openRawTemporal, type RawTemporal } from "./raw-temporal.ts";
import { makeSampleWork, type SampleWork } from "./sample-work.ts";
import { runAlone, runShellLoop } from "./shell-loop.ts";
import { mean, median } from "./statistics.ts";
import type { Row } from "./table.ts";

interface LoopBench {
  readonly turns: number;
  readonly rounds: number;
  /** Turns of one long thread; fewer than 40 leave it out. */
  readonly longTurns: number;
  /** Threads in the list; 0 leaves that out. */
  readonly listed: number;
  readonly say: (line: string) => void;
}

const fileCounts = [50, 5000];

/** Measures Baton against a plain shell loop and raw Temporal, all in the same run on the same machine. */
export async function loopRows(bench: LoopBench): Promise<Row[]> {
  bench.say("starting the services");
  const world = await openBenchWorld();
  try {
    const idle = memoryRows(world, "idle");
    const loops = await perTurnRows(world, bench);
    return [
      ...loops,
      ...(await flatRows(world, bench)),
      ...(await commandRows(world, bench)),
      ...idle,
      ...memoryRows(world, "after all turns"),
    ];
  } finally {
    await world.close();
  }
}

interface Measured {
  readonly work: SampleWork;
  readonly aloneMs: number[];
  readonly shellMs: number[];
  readonly runs: LoopRun[];
}

async function perTurnRows(world: BenchWorld, bench: LoopBench): Promise<Row[]> {
  const raw = await openRawTemporal(world);
  const rawMs: number[] = [];
  const measured = fileCounts.map((files): Measured => {
    const work = makeSampleWork(world.root, { files, env: world.env });
    return { work, aloneMs: [], shellMs: [], runs: [] };
  });
  try {
    await raw.run(3);
    for (let round = 1; round <= bench.rounds; round += 1) await measureRound({ world, bench, raw, rawMs, measured, round });
  } finally {
    await raw.close();
  }
  const perTurn = mean(rawMs);
  return [
    { what: "raw Temporal, 2 no-op Activities a turn", value: perTurn, unit: "ms" },
    ...measured.flatMap((each) => rowsOf(each, perTurn)),
  ];
}

async function measureRound(parts: {
  world: BenchWorld;
  bench: LoopBench;
  raw: RawTemporal;
  rawMs: number[];
  measured: readonly Measured[];
  round: number;
}): Promise<void> {
  const { world, raw, rawMs, measured, round } = parts;
  const { turns, rounds, say } = parts.bench;
  for (const { work, aloneMs, shellMs, runs } of measured) {
    say(`round ${round} of ${rounds}: ${work.files} files, ${turns} turns each of the shell loop, raw Temporal, Baton`);
    aloneMs.push(runAlone(world, work, 20));
    shellMs.push(runShellLoop(world, work, turns));
    rawMs.push(await raw.run(turns));
    runs.push(await runBatonLoop(world, work, turns));
  }
}

function rowsOf({ work, aloneMs, shellMs, runs }: Measured, rawMs: number): Row[] {
  const alone = mean(aloneMs);
  const shell = mean(shellMs);
  const turnMs = runs.flatMap((run) => run.turnMs);
  const perTurn = mean(turnMs);
  const name = `${work.files} files:`;
  return [
    { what: `${name} agent and verifier alone`, value: alone, unit: "ms" },
    { what: `${name} shell loop per turn`, value: shell, unit: "ms" },
    { what: `${name} Baton per turn, mean`, value: perTurn, unit: "ms" },
    { what: `${name} Baton per turn, median`, value: median(turnMs), unit: "ms" },
    { what: `${name} orchestration per turn, mean`, value: perTurn - alone, unit: "ms", goal: 70 },
    { what: `${name} Baton / shell loop`, value: perTurn / shell, unit: "x" },
    { what: `${name} orchestration / raw Temporal`, value: (perTurn - alone) / rawMs, unit: "x" },
    ...serviceNames.map((service): Row => {
      const value = mean(runs.map((run) => run.cpuMsPerTurn[service]));
      return { what: `${name} processor time per turn, ${service}`, value, unit: "ms" };
    }),
    { what: `${name} history events per turn`, value: mean(runs.map((run) => run.eventsPerTurn)), unit: "events", goal: 12 },
    { what: `${name} history bytes per turn`, value: mean(runs.map((run) => run.bytesPerTurn)), unit: "B" },
  ];
}

async function flatRows(world: BenchWorld, { longTurns, say }: LoopBench): Promise<Row[]> {
  if (longTurns < 40) return [];
  say(`${longTurns} turns of one thread`);
  const work = makeSampleWork(world.root, { files: 51, env: world.env });
  const { turnMs } = await runBatonLoop(world, work, longTurns);
  const early = median(turnMs.slice(1, 20));
  const late = median(turnMs.slice(-20));
  return [
    { what: "turns 2 to 20, median", value: early, unit: "ms" },
    { what: `turns ${longTurns - 20} to ${longTurns}, median`, value: late, unit: "ms" },
    { what: "late / early", value: late / early, unit: "x", goal: 1.2 },
  ];
}

async function commandRows(world: BenchWorld, { listed, say }: LoopBench): Promise<Row[]> {
  say("command line");
  const few = timeCommands(world, {
    "node -e 0": ["-e", "0"],
    "baton --version": batonArgs("--version"),
    "baton ls": batonArgs("ls"),
  });
  const rows = Object.entries(few).map(([what, value]): Row => ({ what, value, unit: "ms" }));
  if (listed === 0) return rows;
  await addThreads(world, listed);
  const many = timeCommands(world, { ls: batonArgs("ls") })["ls"] ?? Number.NaN;
  return [...rows, { what: `baton ls, ${listed} threads`, value: many, unit: "ms", goal: 500 }];
}

function memoryRows(world: BenchWorld, when: string): Row[] {
  const row = (name: "host" | "hub"): Row => ({ what: `${name} memory, ${when}`, value: world.memoryMb(name), unit: "MB" });
  return [when === "idle" ? { ...row("host"), goal: 150 } : row("host"), row("hub")];
}
