import { spawn, type ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { SupervisedName } from "../../infra/services/service-files.ts";
import { threadWorkflowId } from "../../workflows/messages.ts";
import { cliFile } from "./run-baton.ts";
import type { TestThread } from "./test-thread.ts";
import { phaseAt, viewAt, type Side } from "./two-services.ts";
import { until } from "./until.ts";

export const killPoints = [
  "while the turn ends",
  "while it copies",
  "before it starts the thread over there",
  "before it says so here",
] as const;

export type KillPoint = (typeof killPoints)[number];

export interface KilledMove {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly from: Side;
  readonly to: Side;
  /** Lets the turn end that has to end before the thread can leave; absent for a turn that is interrupted. */
  readonly endStep?: () => void;
}

/** Begins a move and kills the mover at a point of it. Afterwards every service runs again. */
export async function killedMove(thread: TestThread, when: KillPoint, move: KilledMove): Promise<void> {
  const { from, to, endStep = () => undefined } = move;
  const mover = spawn(process.execPath, [cliFile, ...move.args], { cwd: "/", env: move.env, stdio: "ignore" });
  const frozen: Frozen[] = [];
  try {
    const { epoch } = await until(async () => (await viewAt(from, thread)).departure, { why: "it is leaving" });
    if (when === "while the turn ends") {
      await kill(mover);
      return endStep();
    }
    frozen.push(freeze(to, when === "while it copies" ? "hub" : "temporal"));
    endStep();
    if (when === "while it copies") {
      await until(() => epochIn(from, thread) === epoch, { why: "the hub that it leaves is fenced" });
      return await kill(mover);
    }
    await until(async () => (await phaseAt(from, thread)) === "leaving", { why: "it leaves" });
    if (when === "before it starts the thread over there") return await kill(mover);
    frozen.push(freeze(from, "host"));
    frozen[0]!.thaw();
    await until(async () => (await arrivalAt(to, thread)) === epoch, { why: "it has arrived" });
    await kill(mover);
  } finally {
    for (const each of frozen) each.thaw();
    mover.kill("SIGKILL");
  }
}

async function kill(mover: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => mover.once("exit", resolve));
  expect(mover.exitCode).toBeNull();
  mover.kill("SIGKILL");
  await gone;
}

export interface Frozen {
  thaw(): void;
}

/** Stops a service for a while, so that whoever needs it waits there. */
export function freeze({ world }: Side, name: SupervisedName): Frozen {
  const pid = world.pids()[name as "host"]!;
  process.kill(pid, "SIGSTOP");
  return { thaw: () => void process.kill(pid, "SIGCONT") };
}

/** The newest epoch that a side's hub lets write. */
function epochIn({ world }: Side, { id }: TestThread): number {
  const record = join(world.env["BATON_STATE_DIR"]!, "hub", "threads", `${id}.json`);
  return (JSON.parse(readFileSync(record, "utf8")) as { epoch: number }).epoch;
}

async function arrivalAt({ client }: Side, { id }: TestThread): Promise<unknown> {
  const { memo } = await client.client.workflow.getHandle(threadWorkflowId(id)).describe();
  return memo?.["arrival"];
}
