import { BatonFailure } from "../../domain/failure.ts";
import type { Checkpoint } from "../../domain/turn.ts";
import { packObjects } from "../../git/pack.ts";
import { smallPack } from "../../git/small-pack.ts";
import type { PushCheckpoint } from "../../hub/hub.ts";
import type { HostContext } from "../host-context.ts";
import { noteObjects } from "./known-objects.ts";
import type { OpenThread } from "./open-threads.ts";
import { untilHubBack } from "../until-hub-back.ts";

interface Push {
  readonly checkpoint: Checkpoint;
  readonly turn: number;
  /** Not the end of a turn: the newest whole turn's commit stays the one that the next follows. */
  readonly partial: boolean;
  /** Commits of other threads that the hub has, as far as anybody knows. */
  readonly others?: readonly string[];
}

/**
 * Sends a snapshot to the hub and waits for as long as the hub is away: nothing counts before it is there. Throws StaleEpoch
 * when somebody else holds the thread by now.
 */
export async function pushSnapshot(host: HostContext, open: OpenThread, push: Push): Promise<void> {
  const { checkpoint, others = [] } = push;
  const { repository, folder } = open;
  const request = requestOf(open, push);
  const send = () => sendPack(host, request, { gitDir: folder.store, want: checkpoint.snapshot, haves: havesOf(open), others });
  try {
    await untilHubBack(send, { signal: AbortSignal.any([]), logger: host.logger });
  } catch (error) {
    if (error instanceof BatonFailure && error.type === "StaleEpoch") await handIn(host, open, push);
    throw error;
  }
  open.snapshot = checkpoint.snapshot;
  await noteObjects(open.folder, [repository.base, checkpoint.snapshot]);
  if (!push.partial) open.commit = checkpoint.commit;
}

function requestOf(open: OpenThread, { checkpoint, turn, partial }: Push): PushCheckpoint {
  const { thread, epoch, repository, snapshot, commit } = open;
  return {
    repository: repository.id,
    thread,
    epoch,
    turn,
    partial,
    snapshot: checkpoint.snapshot,
    tree: checkpoint.tree,
    commit: partial ? commit : checkpoint.commit,
    ...(snapshot === null ? {} : { previous: snapshot }),
  };
}

function havesOf({ commit, snapshot }: OpenThread): string[] {
  return [commit, ...(snapshot === null ? [] : [snapshot])];
}

interface PackRequest {
  readonly gitDir: string;
  readonly want: string;
  readonly haves: readonly string[];
  readonly others: readonly string[];
}

/** The pack made without a process first, where that is possible; what the hub misses in one, the next brings. */
async function sendPack(host: HostContext, request: PushCheckpoint, pack: PackRequest): Promise<void> {
  const { gitDir, want, haves, others } = pack;
  const all = [...haves, ...others];
  const small = smallPack({ gitDir, want, haves: all });
  if (small !== undefined && (await accepted(host, request, asyncOf(small)))) return;
  if (others.length > 0 && (await accepted(host, request, packObjects({ gitDir, wants: [want], haves: all })))) return;
  await host.hub.pushCheckpoint(request, packObjects({ gitDir, wants: [want], haves }));
}

/** False when the hub misses objects. */
async function accepted(host: HostContext, request: PushCheckpoint, pack: AsyncIterable<Uint8Array>): Promise<boolean> {
  try {
    await host.hub.pushCheckpoint(request, pack);
    return true;
  } catch (error) {
    if (!(error instanceof BatonFailure && error.type === "Usage")) throw error;
    host.logger.debug({ thread: request.thread, error: error.message }, "the hub misses objects; git packs them");
    return false;
  }
}

async function* asyncOf(content: Uint8Array): AsyncGenerator<Uint8Array> {
  yield content;
}

/** Work that comes too late is no part of the thread any more; a person may still want to look at it. */
export async function handIn(host: HostContext, open: OpenThread, push: Push): Promise<void> {
  const pack = packObjects({ gitDir: open.folder.store, wants: [push.checkpoint.snapshot], haves: havesOf(open) });
  await host.hub.keepAttempt(requestOf(open, push), pack).catch((error: unknown) => {
    host.logger.warn({ thread: open.thread, error: String(error) }, "overtaken work could not be handed in");
  });
}
