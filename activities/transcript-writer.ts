import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "pino";
import { BatonFailure } from "../domain/failure.ts";
import type { TranscriptEntry, TranscriptEvent } from "../domain/transcript.ts";
import type { HubClient } from "../hub/hub-client.ts";

/** Lines kept while the hub is away; beyond that the oldest go, because the host's memory is bounded. */
const maxPending = 10_000;
const batchLines = 500;
const gatherMs = 50;
const retryMs = 1_000;
const closeMs = 5_000;
const leaveMs = 2_000;

export type TranscriptPlace = Pick<TranscriptEntry, "thread" | "turn" | "attempt" | "epoch">;

/** Appends events to a thread's transcript in the hub, in order, in batches, without making anybody wait. */
export interface TranscriptWriter {
  write(event: TranscriptEvent): void;
  /** Sends what is left; gives up after a few seconds, because a transcript is no reason to hold a turn up. */
  close(): Promise<void>;
  /** Sends what is left in the background, ahead of whatever is written for the same thread later. */
  leave(): void;
}

/** What left writers still send, by thread: at most one batch's deadline each. */
const leaving = new Map<string, Promise<void>>();

/** Settles when no writer that was left sends any more. */
export async function transcriptsSent(): Promise<void> {
  await Promise.all(leaving.values());
}

export function openTranscript(hub: HubClient, logger: Logger, place: TranscriptPlace): TranscriptWriter {
  const pending: string[] = [];
  const closing = new AbortController();
  let sending: Promise<void> | null = null;
  let refused = false;

  const sendAll = async () => {
    const before = leaving.get(place.thread);
    if (!closing.signal.aborted) await delay(gatherMs, undefined, { signal: closing.signal }).catch(() => undefined);
    await before;
    while (pending.length > 0 && !refused) {
      const lines = pending.slice(0, batchLines);
      try {
        await hub.appendTranscript({ thread: place.thread, epoch: place.epoch, lines });
        pending.splice(0, lines.length);
      } catch (error) {
        refused = error instanceof BatonFailure && error.type === "StaleEpoch";
        if (closing.signal.aborted) break;
        logger.warn({ ...place, error: String(error) }, "transcript lines wait for the hub");
        await delay(retryMs, undefined, { signal: closing.signal }).catch(() => undefined);
      }
    }
    sending = null;
  };

  return {
    write(event) {
      const entry: TranscriptEntry = { at: new Date().toISOString(), ...place, event };
      logger.debug({ ...place, event }, event.kind);
      pending.push(JSON.stringify(entry));
      if (pending.length > maxPending) pending.splice(0, pending.length - maxPending);
      sending ??= sendAll();
    },
    async close() {
      closing.abort();
      const late = delay(closeMs, undefined, { ref: false });
      await Promise.race([sending ?? Promise.resolve(), late]);
    },
    leave: () => sending && sendOn(place.thread, sending, closing),
  };
}

function sendOn(thread: string, sending: Promise<void>, closing: AbortController): void {
  const giveUp = setTimeout(() => closing.abort(), leaveMs);
  const sent = sending.finally(() => {
    clearTimeout(giveUp);
    if (leaving.get(thread) === sent) leaving.delete(thread);
  });
  leaving.set(thread, sent);
}
