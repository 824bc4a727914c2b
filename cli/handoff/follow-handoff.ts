import { setTimeout as delay } from "node:timers/promises";
import { BatonFailure } from "../../domain/failure.ts";
import type { ThreadView } from "../../domain/thread-view.ts";
import { printNote } from "../output.ts";
import { dataSize } from "../../domain/quantities.ts";

const pollMs = 200;

interface Follow {
  readonly thread: string;
  readonly to: string;
  readonly read: () => Promise<ThreadView>;
}

/** Prints the phases of a handoff until it is over, either way. Throws Conflict when the thread stayed. */
export async function followHandoff({ thread, to, read }: Follow): Promise<ThreadView> {
  let said = "";
  for (;;) {
    const view = await read();
    const phase = phaseOf(view);
    if (phase !== said) printNote((said = phase));
    const { handoff, moved } = view;
    if (!handoff && moved?.to === to) {
      if (moved.ok) return view;
      throw new BatonFailure("Conflict", `${thread} did not move to ${to}: ${moved.note}`, {
        where: view.host ?? "no host",
        next: `baton show ${thread}`,
      });
    }
    if (!handoff && view.host === to) return view;
    if (view.settledAt !== null) {
      throw new BatonFailure("Conflict", `${thread} settled before it could move: ${view.status}`, {
        next: `baton show ${thread}`,
      });
    }
    await delay(pollMs);
  }
}

function phaseOf({ handoff, doing }: ThreadView): string {
  if (!handoff) return "switched";
  if (handoff.phase === "preparing") return `preparing ${handoff.to}: place, copy, agent, setup`;
  const copied = `${dataSize(handoff.copiedBytes)} copied`;
  return handoff.mode === "drain"
    ? `ready (${copied}); waiting for the end of the step: ${doing}`
    : `ready (${copied}); interrupting: ${doing}`;
}
