import type { Departure } from "../../domain/departure.ts";
import type { ThreadState } from "../../domain/thread.ts";
import type { HubClient } from "../../hub/hub-client.ts";

interface Copy {
  readonly source: HubClient;
  readonly target: HubClient;
  readonly state: ThreadState;
  readonly departure: Departure;
}

const linesAtOnce = 500;

/**
 * Brings base, newest checkpoint, transcript and logs of a thread from hub to hub. Fences the source off first, so that nothing
 * newer can come after. Safe to repeat; StaleEpoch when the thread has arrived over there already. Gives the bytes of git data.
 */
export async function copyWork({ source, target, state, departure }: Copy): Promise<number> {
  const { id: thread, repository } = state.start;
  const { epoch } = departure;
  const claim = { repository: repository.id, thread, epoch };
  const { checkpoint } = await source.claimEpoch(claim);
  let bytes = 0;
  const fetched = async function* (wants: readonly string[], haves: readonly string[]) {
    for await (const chunk of source.fetch({ repository: repository.id, wants, haves })) {
      bytes += chunk.length;
      yield chunk;
    }
  };
  const { haves } = await target.openRepository({ repository: repository.id, shallow: repository.shallow });
  const { base } = repository;
  // Pushing one that is there keeps it from being collected as unused.
  await target.pushBase({ repository: repository.id, commit: base }, fetched([base], haves));
  const there = await target.claimEpoch(claim);
  if (checkpoint) {
    const { snapshot, commit, tree, turn, partial } = checkpoint;
    const previous = there.checkpoint?.snapshot;
    const push = { ...claim, snapshot, commit, tree, turn, partial, ...(previous === undefined ? {} : { previous }) };
    const known = [...haves, base, ...(previous === undefined ? [] : [previous])];
    if (previous !== snapshot) await target.pushCheckpoint(push, fetched([snapshot], known));
  }
  await copyTranscript({ source, target, state, departure });
  await copyLogs({ source, target, state, departure });
  return bytes;
}

/** What is there already is always the beginning of what is here: a transcript only grows, and under one epoch at a time. */
async function copyTranscript({ source, target, state, departure }: Copy): Promise<void> {
  const { id: thread } = state.start;
  let offset = 0;
  for await (const { nextOffset } of target.tailTranscript({ thread, offset: 0, follow: false })) offset = nextOffset;
  let lines: string[] = [];
  const send = async () => {
    if (lines.length > 0) await target.appendTranscript({ thread, epoch: departure.epoch, lines });
    lines = [];
  };
  for await (const { line } of source.tailTranscript({ thread, offset, follow: false })) {
    lines.push(line);
    if (lines.length >= linesAtOnce) await send();
  }
  await send();
}

/** Of the newest verification: those are the ones that people and the next prompt look at. */
async function copyLogs({ source, target, state }: Copy): Promise<void> {
  const artifacts = (state.verification?.checks ?? []).flatMap(({ log }) => (log === undefined ? [] : [log]));
  for (const artifact of artifacts) {
    const parts: Uint8Array[] = [];
    for await (const part of source.getArtifact({ artifact })) parts.push(part);
    await target.putArtifact(Buffer.concat(parts), { thread: state.start.id });
  }
}
