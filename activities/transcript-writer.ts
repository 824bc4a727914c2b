import type { Logger } from "pino";
import { BatonFailure } from "../domain/failure.ts";
import type { TranscriptEntry, TranscriptEvent } from "../domain/transcript.ts";
import type { HubClient } from "../hub/hub-client.ts";
import { settlesWithin } from "../process/process-group.ts";

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
  /** Sends what is left beside other work, and waits for it when that is done: a few seconds at most. */
  beside<T>(work: Promise<T>): Promise<T>;
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
  const sender = createSender(hub, logger, place);
  return {
    write(event) {
      const entry: TranscriptEntry = { at: new Date().toISOString(), ...place, event };
      logger.debug({ ...place, event }, event.kind);
      sender.add(JSON.stringify(entry));
    },
    async beside(work) {
      sender.hurry();
      const result = await work;
      await settlesWithin(Promise.resolve(sender.sending()), closeMs);
      return result;
    },
    async close() {
      sender.giveUp();
      await settlesWithin(Promise.resolve(sender.sending()), closeMs);
    },
    leave() {
      sender.hurry();
      const sending = sender.sending();
      if (sending === null) return;
      const timer = setTimeout(() => sender.giveUp(), leaveMs);
      const sent = sending.finally(() => {
        clearTimeout(timer);
        if (leaving.get(place.thread) === sent) leaving.delete(place.thread);
      });
      leaving.set(place.thread, sent);
    },
  };
}

function createSender(hub: HubClient, logger: Logger, place: TranscriptPlace) {
  const pending: string[] = [];
  const pause = createPause();
  let sending: Promise<void> | null = null;
  let refused = false;
  let givenUp = false;

  const sendAll = async () => {
    const before = leaving.get(place.thread);
    if (!givenUp) await pause.take(gatherMs);
    await before;
    while (pending.length > 0 && !refused) {
      const lines = pending.slice(0, batchLines);
      try {
        await hub.appendTranscript({ thread: place.thread, epoch: place.epoch, lines });
        pending.splice(0, lines.length);
      } catch (error) {
        refused = error instanceof BatonFailure && error.type === "StaleEpoch";
        if (givenUp) break;
        logger.warn({ ...place, error: String(error) }, "transcript lines wait for the hub");
        await pause.take(retryMs);
      }
    }
    sending = null;
  };

  return {
    add(line: string) {
      pending.push(line);
      if (pending.length > maxPending) pending.splice(0, pending.length - maxPending);
      sending ??= sendAll();
    },
    /** Null while there is nothing to send. */
    sending: () => sending,
    /** Sends what there is without gathering more. */
    hurry: () => pause.end(),
    /** The try that is under way, or the next one, is the last. */
    giveUp() {
      givenUp = true;
      pause.end();
    },
  };
}

/** One wait at a time, which can be cut short. */
function createPause() {
  let end = (): void => undefined;
  return {
    take: (ms: number) =>
      new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        end = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
    end: () => end(),
  };
}
