import { setTimeout as delay } from "node:timers/promises";
import type { Departure, DepartRequest, DepartureReport } from "../../domain/departure.ts";
import { BatonFailure } from "../../domain/failure.ts";
import type { HandoffMode } from "../../domain/handoff.ts";
import type { Placement } from "../../domain/placement.ts";
import { dataSize } from "../../domain/quantities.ts";
import type { ThreadState } from "../../domain/thread.ts";
import { settledStatuses, type ThreadView } from "../../domain/thread-view.ts";
import { threadWorkflowId } from "../../workflows/messages.ts";
import type { Services } from "../context.ts";
import { printNote } from "../output.ts";
import { hasArrived, refuseRunning } from "../threads/start-arrival.ts";
import { userName } from "../user-name.ts";
import { copyWork } from "./copy-work.ts";

interface Move {
  readonly source: Services;
  readonly target: Services;
  readonly thread: string;
  /** As the source's people name the target. */
  readonly to: string;
  readonly mode: HandoffMode;
  /** Chosen only for a move that has not begun: later the target may be away for a while. Throws when nothing there fits. */
  readonly choose: (view: ThreadView) => Promise<Placement | null>;
}

type Ready = DepartureReport & { readonly departure: Departure; readonly state: ThreadState };

const pollMs = 200;

/**
 * Moves a thread from one Temporal Service and hub to another. Every step may be repeated, so a move that broke off is finished
 * by the same call; the thread runs on one side at most.
 */
export async function moveAcross(move: Move): Promise<void> {
  const { source, target, thread } = move;
  const service = await target.identity();
  const view = await source.threads.read(thread);
  if (view.status === "moved" && view.departure?.service === service) return;
  if (settledStatuses.includes(view.status)) {
    throw new BatonFailure("Conflict", `thread ${thread} is settled: ${view.reason || view.status}`, {
      next: `baton show ${thread}`,
    });
  }
  await depart(move, { view, service });
  const ready = await whenQuiet(move);
  await arrive(move, ready);
  await finish(move);
}

async function depart(move: Move, { view, service }: { view: ThreadView; service: string }): Promise<void> {
  const { source, target, thread, to, mode } = move;
  const there = await target.threads.describe(thread);
  const known = view.departure;
  if (!known) refuseRunning(thread, there);
  const from = await source.identity();
  const placement = known ? known.placement : await move.choose(view);
  const request: DepartRequest = { to: known?.to ?? to, service, from, mode, placement, by: userName() };
  await source.threads.update(thread, "depart", request);
}

/** Waits for the end of the running step; a turn may take as long as it may. */
async function whenQuiet({ source, thread, to }: Move): Promise<Ready> {
  let said = "";
  for (;;) {
    const report = await source.threads.departure(thread);
    const { departure, state } = report;
    if (departure && state) return { ...report, departure, state };
    const view = await source.threads.read(thread);
    if (!view.departure) {
      throw new BatonFailure("Conflict", `${thread} did not leave for ${to}: it is ${view.reason || view.status}`, {
        next: `baton show ${thread}`,
      });
    }
    const phase = `${departure?.mode === "interrupt" ? "interrupting" : "waiting for the end of the step"}: ${view.doing}`;
    if (phase !== said && view.departure.phase === "quieting") printNote((said = phase));
    await delay(pollMs);
  }
}

async function arrive({ source, target, thread, to }: Move, { departure, state }: Ready): Promise<void> {
  const { epoch } = departure;
  const memo = (await source.threads.describe(thread))?.memo ?? {};
  try {
    const bytes = await copyWork({ source: await source.hub(), target: await target.hub(), state, departure });
    printNote(`copied ${dataSize(bytes)} to the hub of ${to}`);
    await source.threads.update(thread, "leave", { epoch });
    await target.threads.arrive({ state, memo });
  } catch (error) {
    // It may be there from an earlier attempt, or by somebody else who made the same move.
    if (!hasArrived(await target.threads.describe(thread), epoch)) throw error;
  }
}

/** The thread has arrived: tells the one it left, and sends on what people said to it meanwhile. */
export async function finish({ source, target, thread }: Pick<Move, "source" | "target" | "thread">): Promise<void> {
  const { departure, lateSteering } = await source.threads.departure(thread);
  if (!departure) return;
  const { epoch } = departure;
  // The mover that started it may have ended before this was said; it holds in any case.
  await source.threads.update(thread, "leave", { epoch }).catch(() => undefined);
  const sendOn = async (texts: readonly string[], from: number) => {
    for (const [at, text] of texts.entries())
      await target.threads.steer(thread, { text, by: userName(), late: { epoch, index: from + at } });
  };
  await sendOn(lateSteering, 0);
  const { temporal } = target.endpoints;
  const link = target.threadUrl(thread) ?? `${threadWorkflowId(thread)} at ${temporal.address}, namespace ${temporal.namespace}`;
  const left = await source.threads.update(thread, "departed", { epoch, link });
  await sendOn(left.steering.slice(departure.steering + lateSteering.length), lateSteering.length);
  const { repository } = (await source.threads.describe(thread)) ?? {};
  if (repository) await (await source.hub()).settleThread({ repository, thread, epoch });
}
