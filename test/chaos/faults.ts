import { setTimeout as delay } from "node:timers/promises";
import type { CrashWorld, Machine } from "../support/crash-world.ts";
import { processesWith } from "../support/processes.ts";
import type { TestThread } from "../support/test-thread.ts";
import { until } from "../support/until.ts";
import type { Random } from "./random.ts";

export const faultKinds = [
  "kill host",
  "power off",
  "kill hub",
  "kill temporal",
  "kill agent",
  "freeze host",
  "cut links",
  "stall links",
  "stall hub link",
  "handoff drain",
  "handoff interrupt",
  "pause and resume",
  "steer",
  "budget",
] as const;

export type FaultKind = (typeof faultKinds)[number];

export interface Fault {
  readonly kind: FaultKind;
  readonly machine: Machine;
  readonly thread: number;
  /** Milliseconds that a machine is away. */
  readonly awayMs: number;
}

/** Drawn in one go, so that the seed alone decides, whatever the threads do meanwhile. */
export function drawFault(random: Random, machines: readonly Machine[]): Fault {
  return {
    kind: random.pick(faultKinds),
    machine: random.pick(machines),
    thread: random.below(1_000),
    awayMs: 200 + random.below(random.below(4) === 0 ? 6_000 : 1_500),
  };
}

/** Does it, and undoes it where that is a person's or a supervisor's part. False when there was nothing to do it to. */
export async function inject(crash: CrashWorld, fault: Fault, threads: readonly TestThread[]): Promise<boolean> {
  const { kind, machine, awayMs } = fault;
  const thread = threads[fault.thread % Math.max(1, threads.length)];
  switch (kind) {
    case "kill host":
    case "power off":
      await (kind === "kill host" ? machine.kill9() : machine.powerOff());
      await delay(awayMs);
      await machine.start();
      return true;
    case "kill hub":
    case "kill temporal":
      return killService(crash, kind === "kill hub" ? "hub" : "temporal");
    case "kill agent":
      return killAgent(thread);
    case "freeze host":
      machine.host().signal("SIGSTOP");
      await delay(awayMs);
      machine.host().signal("SIGCONT");
      return true;
    case "cut links":
    case "stall links":
    case "stall hub link":
      machine.link(kind === "cut links" ? "cut" : "stall", kind === "stall hub link" ? "hub" : undefined);
      await delay(awayMs);
      machine.link("heal");
      return true;
    case "handoff drain":
    case "handoff interrupt":
      return (
        thread !== undefined &&
        says(crash, ["handoff", thread.id, "--to", machine.name, "--mode", kind.split(" ")[1]!, "--detach"])
      );
    case "pause and resume":
      if (thread === undefined || !(await says(crash, ["pause", thread.id, "--now"]))) return false;
      await delay(awayMs / 4);
      return says(crash, ["resume", thread.id]);
    case "steer":
      return thread !== undefined && says(crash, ["steer", thread.id, "go on"]);
    case "budget":
      return thread !== undefined && says(crash, ["budget", thread.id, "--turns", "+1"]);
  }
}

/** A refusal (settled meanwhile, on that host already, a handoff under way) is no fault. */
async function says({ world }: CrashWorld, args: readonly string[]): Promise<boolean> {
  return (await world.baton(args, { timeoutMs: 30_000 })).code === 0;
}

async function killService({ world }: CrashWorld, name: "hub" | "temporal"): Promise<boolean> {
  await until(() => world.pids()[name], { why: `${name} runs`, withinMs: 60_000 });
  await world.kill9(name);
  return true;
}

function killAgent(thread: TestThread | undefined): boolean {
  const agents =
    thread === undefined
      ? []
      : processesWith(`BATON_THREAD=${thread.id}`).filter(({ command }) => command.includes("planned-agent"));
  for (const { pid } of agents) process.kill(pid, "SIGKILL");
  return agents.length > 0;
}
