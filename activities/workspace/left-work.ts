import { BatonFailure } from "../../domain/failure.ts";
import type { AgentSession } from "../../domain/turn.ts";
import { ancestorsAmong } from "../../git/ancestors.ts";
import type { StoredCheckpoint } from "../../hub/hub-client.ts";
import { workEnvironment } from "../agent-markers.ts";
import { agentAdapters } from "../agents/adapters.ts";
import { bootId } from "./boot-id.ts";
import type { HostContext } from "../host-context.ts";
import { snapshotInside } from "./mid-turn-checkpoints.ts";
import type { OpenThread } from "./open-threads.ts";
import { handIn, pushSnapshot } from "./push-snapshot.ts";
import type { OpenWorkspaceInput } from "../thread-activities.ts";
import { forgetTurn, noteTurn, readTurn, type TurnJournal } from "./turn-journal.ts";

interface Found {
  readonly input: OpenWorkspaceInput;
  /** Newest checkpoint that the hub has. */
  readonly checkpoint?: StoredCheckpoint | undefined;
}

/** Before the work tree is reset: puts what a process of this host left in it beside, until it is known what becomes of it. */
export async function secureLeftWork(host: HostContext, open: OpenThread, found: Found): Promise<void> {
  const journal = readTurn(open.folder);
  if (journal === undefined || journal.ended !== undefined) return;
  try {
    await secure(host, open, { ...found, journal });
  } catch (error) {
    giveUp(host, open, error);
  }
}

async function secure(host: HostContext, open: OpenThread, { input, checkpoint, journal }: Found & { journal: TurnJournal }) {
  // Nobody else writes under its epoch: then the newest is a checkpoint inside this very attempt.
  const own = checkpoint?.epoch === journal.epoch ? checkpoint : undefined;
  const { commit, snapshot } = own ?? journal;
  const session = await saveSession(host, open, { input, journal });
  const { turn, attempt } = journal;
  const left = await snapshotInside(
    { ...open, commit, snapshot },
    { turn, attempt, ...(session === undefined ? {} : { session }) },
  );
  const unchanged = left.tree === own?.tree || left.commit === commit;
  if (unchanged && session === undefined) forgetTurn(open);
  else noteTurn(open, { ...journal, commit, snapshot, ended: { ...left, partial: true, left: true } });
}

/** The conversation up to where it was cut off, in the folder that travels. Without it the agent does some of it again. */
async function saveSession(
  host: HostContext,
  { thread, folder }: OpenThread,
  { input, journal }: { input: OpenWorkspaceInput; journal: TurnJournal },
): Promise<AgentSession | undefined> {
  const { session, epoch, turn, attempt } = journal;
  if (session === undefined) return undefined;
  try {
    const env = workEnvironment(host, { thread, epoch, turn, attempt, items: input.env });
    await agentAdapters[session.agent as keyof typeof agentAdapters].saveSession?.(
      { env, sessionDir: folder.session },
      session.id,
    );
    return session;
  } catch (error) {
    host.logger.warn({ thread, error: String(error) }, "the session of a turn that was cut off could not be saved");
    return undefined;
  }
}

/**
 * Sends what the journal tells of to the hub: as the newest checkpoint when the Workflow still waits for that attempt and
 * nothing came after it, else as an attempt of its old epoch. Gives the newest checkpoint.
 */
export async function takeUpLeftWork(host: HostContext, open: OpenThread, found: Found): Promise<StoredCheckpoint | undefined> {
  await secureLeftWork(host, open, found);
  const { checkpoint } = found;
  const journal = readTurn(open.folder);
  if (journal?.ended === undefined) return checkpoint;
  const { turn, attempt, ended } = journal;
  const push = { checkpoint: ended, turn, partial: ended.partial };
  try {
    if (isAwaited(journal, found)) {
      await pushSnapshot(host, open, push);
      host.logger.warn({ thread: open.thread, turn, attempt }, "took up what an earlier process left of a turn");
    } else if (!(await isIn(open, ended.snapshot))) {
      await handIn(host, { ...open, epoch: journal.epoch, commit: journal.commit }, push);
    }
    forgetTurn(open);
  } catch (error) {
    giveUp(host, open, error);
  }
  if (open.snapshot === null || open.snapshot === checkpoint?.snapshot) return checkpoint;
  const { snapshot, commit, epoch } = open;
  return { snapshot, commit, tree: ended.tree, turn, epoch, partial: ended.partial };
}

function isAwaited({ turn, attempt, snapshot, boot, ended }: TurnJournal, { input, checkpoint }: Found): boolean {
  if (turn !== input.turn || attempt !== input.attempt || snapshot !== (checkpoint?.snapshot ?? null)) return false;
  // After a power cut files may be empty that the agent wrote: an object is known by its name, a file of the tree is not.
  return ended?.left !== true || boot === bootId();
}

/** Whether the newest checkpoint builds on a snapshot, or is that one itself. */
async function isIn({ snapshot: commit, folder }: OpenThread, snapshot: string): Promise<boolean> {
  if (commit === null) return false;
  return (await ancestorsAmong([snapshot], { gitDir: folder.store, commit })).has(snapshot);
}

/** Never in the way of the thread: what cannot be taken up is done again. Only a full disk is mended, and tried once more. */
function giveUp(host: HostContext, open: OpenThread, error: unknown): void {
  if (error instanceof BatonFailure && (error.type === "StaleEpoch" || error.type === "DiskFull")) throw error;
  host.logger.warn({ thread: open.thread, error: String(error) }, "what an earlier process left of a turn cannot be taken up");
  forgetTurn(open);
}
