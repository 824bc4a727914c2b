import { BatonFailure } from "../domain/failure.ts";
import { packObjects } from "../git/pack.ts";
import type { Checkpoint } from "../domain/turn.ts";
import type { PushCheckpoint } from "../hub/hub.ts";
import type { HostContext } from "./host-context.ts";
import type { OpenThread } from "./open-threads.ts";
import { untilHubBack } from "./until-hub-back.ts";

interface Push {
  readonly checkpoint: Checkpoint;
  readonly turn: number;
  readonly partial: boolean;
}

/**
 * Sends a snapshot to the hub and waits for as long as the hub is away: nothing counts before it is there. Throws StaleEpoch
 * when somebody else holds the thread by now.
 */
export async function pushSnapshot(host: HostContext, open: OpenThread, push: Push): Promise<void> {
  const { checkpoint } = push;
  const { thread, epoch, repository, snapshot } = open;
  const request = {
    repository: repository.id,
    thread,
    epoch,
    turn: push.turn,
    partial: push.partial,
    ...checkpoint,
    ...(snapshot === null ? {} : { previous: snapshot }),
  };
  const haves = [open.commit, ...(snapshot === null ? [] : [snapshot])];
  const pack = () => packObjects({ gitDir: open.folder.store, wants: [checkpoint.snapshot], haves });
  try {
    await untilHubBack(() => host.hub.pushCheckpoint(request, pack()), { signal: AbortSignal.any([]), logger: host.logger });
  } catch (error) {
    if (error instanceof BatonFailure && error.type === "StaleEpoch") await handIn(host, request, pack());
    throw error;
  }
  open.snapshot = checkpoint.snapshot;
  if (!push.partial) open.commit = checkpoint.commit;
}

/** Work that comes too late is no part of the thread any more; a person may still want to look at it. */
async function handIn(host: HostContext, request: PushCheckpoint, pack: AsyncIterable<Uint8Array>): Promise<void> {
  await host.hub.keepAttempt(request, pack).catch((error: unknown) => {
    host.logger.warn({ thread: request.thread, error: String(error) }, "overtaken work could not be handed in");
  });
}
