import type { BatonFailure } from "../../domain/failure.ts";
import { settledStatuses, type ThreadView } from "../../domain/thread-view.ts";
import type { CommandContext } from "../context.ts";
import { createOutage, isUnreachable, type Outage } from "./outage.ts";
import { pauseFor } from "./pause-for.ts";
import { readTranscript } from "./read-transcript.ts";

const lookEveryMs = 1_000;

export interface FollowRequest {
  readonly thread: string;
  readonly context: CommandContext;
  /** Aborted when the person goes away; the thread goes on. */
  readonly signal: AbortSignal;
  /** Ends at the first question instead of waiting for its answer. */
  readonly untilQuestion: boolean;
  readonly onLine: (line: string) => void;
  readonly onView: (before: ThreadView | undefined, now: ThreadView) => void;
  /** Told in words what delays the follower itself. */
  readonly onNote: (text: string) => void;
}

export type FollowEnd = { readonly kind: "settled" | "question"; readonly view: ThreadView } | { readonly kind: "detached" };

/** Shows a thread from its beginning until it settles, asks (if wanted) or the person goes away. Survives restarts of hub and Temporal. */
export async function followThread(request: FollowRequest): Promise<FollowEnd> {
  const { thread, context, signal, onLine } = request;
  const reader = readTranscript({ thread, context, onLine, outage: createOutage("hub", request.onNote) });
  const ended = new AbortController();
  const reading = reader.follow(AbortSignal.any([signal, ended.signal]));
  try {
    const end = await Promise.race([watch(request), failureOf(reading)]);
    ended.abort();
    await reading;
    if (end.kind !== "detached") await reader.readRest();
    return end;
  } finally {
    ended.abort();
  }
}

/** Never resolves: a race takes the failure of a loop that otherwise has nothing to say. */
async function failureOf(loop: Promise<void>): Promise<never> {
  await loop;
  return await new Promise<never>(() => undefined);
}

async function watch(request: FollowRequest): Promise<FollowEnd> {
  const outage = createOutage("Temporal", request.onNote);
  let before: ThreadView | undefined;
  while (!request.signal.aborted) {
    const look = await lookAt(request, outage);
    if (look.view !== undefined) {
      request.onView(before, look.view);
      before = look.view;
      if (settledStatuses.includes(before.status)) return { kind: "settled", view: before };
      if (request.untilQuestion && before.questions.length > 0) return { kind: "question", view: before };
    }
    await pauseFor(look.waitMs, request.signal);
  }
  return { kind: "detached" };
}

async function lookAt(
  { context, thread, signal }: FollowRequest,
  outage: Outage,
): Promise<{ view?: ThreadView; waitMs: number }> {
  try {
    const view = await context.current().threads.read(thread);
    outage.mended();
    return { view, waitMs: lookEveryMs };
  } catch (error) {
    if (signal.aborted) return { waitMs: 0 };
    if (!isUnreachable(error)) throw error;
    const waitMs = outage.failed(error as BatonFailure);
    await context.refresh();
    return { waitMs };
  }
}
