import { pino } from "pino";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { BatonFailure } from "../domain/failure.ts";
import type { TranscriptEntry } from "../domain/transcript.ts";
import type { HubClient } from "../hub/hub-client.ts";
import { openTranscript, transcriptsSent } from "./transcript-writer.ts";

const place = { thread: "t", turn: 1, attempt: 1, epoch: 1 };
const silent = pino({ level: "silent" });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A hub whose appends take a while, or fail with what it is told. */
function slowHub(appendMs: number) {
  const stored: string[] = [];
  const state = { failure: undefined as BatonFailure | undefined };
  const appendTranscript: HubClient["appendTranscript"] = async ({ lines }) => {
    await new Promise((resolve) => setTimeout(resolve, appendMs));
    if (state.failure !== undefined) throw state.failure;
    stored.push(...lines.map((line) => ((JSON.parse(line) as TranscriptEntry).event as { text: string }).text));
  };
  return { hub: { appendTranscript } as unknown as HubClient, stored, state };
}

const message = (text: string) => ({ kind: "message", text }) as const;
const after = <T>(ms: number, value: T) => new Promise<T>((resolve) => setTimeout(() => resolve(value), ms));

test("lines travel beside other work and are there when it is done, without being gathered first", async () => {
  const { hub, stored } = slowHub(20);
  const transcript = openTranscript(hub, silent, place);
  transcript.write(message("first"));
  transcript.write(message("last"));
  const result = transcript.beside(after(25, "pushed"));
  await vi.advanceTimersByTimeAsync(25);
  expect(stored).toEqual(["first", "last"]);
  expect(await result).toBe("pushed");
});

test("work that is quicker than its lines waits for them, also while the hub is away for a moment", async () => {
  const { hub, stored, state } = slowHub(10);
  state.failure = new BatonFailure("HubUnreachable", "away");
  const transcript = openTranscript(hub, silent, place);
  transcript.write(message("last"));
  let done = false;
  const result = transcript.beside(after(1, "pushed")).then(() => (done = true));
  await vi.advanceTimersByTimeAsync(100);
  expect(done).toBe(false);
  state.failure = undefined;
  await vi.advanceTimersByTimeAsync(1_000);
  await result;
  expect(stored).toEqual(["last"]);
});

test("lines that cannot be sent hold nothing up for ever", async () => {
  const { hub, state } = slowHub(1);
  state.failure = new BatonFailure("HubUnreachable", "away");
  const transcript = openTranscript(hub, silent, place);
  transcript.write(message("last"));
  const result = transcript.beside(after(1, "pushed"));
  await vi.advanceTimersByTimeAsync(5_001);
  expect(await result).toBe("pushed");
  state.failure = new BatonFailure("StaleEpoch", "over");
  await vi.advanceTimersByTimeAsync(1_001);
});

test("what is left behind is sent at once", async () => {
  const { hub, stored } = slowHub(1);
  const transcript = openTranscript(hub, silent, place);
  transcript.write(message("last"));
  transcript.leave();
  await vi.advanceTimersByTimeAsync(2);
  expect(stored).toEqual(["last"]);
  await transcriptsSent();
});
