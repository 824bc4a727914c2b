import type { AgentSession, Checkpoint, TurnInside } from "../../domain/turn.ts";
import { takeSnapshot } from "../../git/snapshot.ts";
import type { HostContext } from "../host-context.ts";
import type { OpenThread } from "./open-threads.ts";
import { pushSnapshot } from "./push-snapshot.ts";
import type { RunTurnInput } from "../thread-activities.ts";

/** The ledger of a checkpoint that was taken while a turn ran. */
export interface LedgerInside extends Omit<TurnInside, "session"> {
  readonly inside: true;
  readonly session?: AgentSession;
}

/** What a running turn is saved with. */
interface RunningTurn {
  readonly input: RunTurnInput;
  /** Puts the agent's session of this moment into the folder that travels; undefined while there is none. */
  saveSession(): Promise<AgentSession | undefined>;
}

/** Saves work and session of a long turn every minute when the tree changed, so that a dying host costs a minute at most. */
export function checkpointInside(host: HostContext, open: OpenThread, running: RunningTurn): { stop(): Promise<void> } {
  const { input } = running;
  let newest = "";
  let saving: Promise<void> = Promise.resolve();
  const save = async () => {
    const { turn, attempt } = input;
    // First, so that it is never ahead of the files: an agent does again what it cannot remember, but not what it can.
    const session = await running.saveSession();
    const checkpoint = await snapshotInside(open, { turn, attempt, ...(session === undefined ? {} : { session }) });
    if (checkpoint.tree === newest) return;
    await pushSnapshot(host, open, { checkpoint, turn, partial: true });
    newest = checkpoint.tree;
  };
  const timer = setInterval(() => {
    saving = saving.then(save).catch((error: unknown) => {
      host.logger.warn({ thread: open.thread, turn: input.turn, error: String(error) }, "a checkpoint inside the turn failed");
    });
  }, host.checkpointMs);
  return {
    async stop() {
      clearInterval(timer);
      await saving;
    },
  };
}

/** Work tree and session folder as they are inside a turn. */
export async function snapshotInside(open: OpenThread, inside: Omit<LedgerInside, "inside">): Promise<Checkpoint> {
  const { turn } = inside;
  const ledger: LedgerInside = { inside: true, ...inside };
  const { checkpoint } = await takeSnapshot({
    workspace: open.workspace,
    sessionDir: open.folder.session,
    ledger: JSON.stringify(ledger),
    base: open.repository.base,
    parentCommit: open.commit,
    message: `Inside turn ${turn} of ${open.thread}`,
    turn,
    ...(open.snapshot === null ? {} : { parentSnapshot: open.snapshot }),
  });
  return checkpoint;
}
