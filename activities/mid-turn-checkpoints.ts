import { takeSnapshot } from "../git/snapshot.ts";
import type { HostContext } from "./host-context.ts";
import type { OpenThread } from "./open-threads.ts";
import { pushSnapshot } from "./push-snapshot.ts";
import type { RunTurnInput } from "./thread-activities.ts";

const everyMs = 60_000;

/** Saves the work of a long turn every minute when the tree changed, so that a dying host costs a minute at most. */
export function checkpointInside(host: HostContext, open: OpenThread, input: RunTurnInput): { stop(): Promise<void> } {
  let newest = "";
  let running: Promise<void> = Promise.resolve();
  const save = async () => {
    const { turn, attempt } = input;
    const { checkpoint } = await takeSnapshot({
      workspace: open.workspace,
      sessionDir: open.folder.session,
      ledger: () => JSON.stringify({ inside: true, turn, attempt }),
      base: open.repository.base,
      parentCommit: open.commit,
      message: `Inside turn ${turn} of ${open.thread}`,
      turn,
      ...(open.snapshot === null ? {} : { parentSnapshot: open.snapshot }),
    });
    if (checkpoint.tree === newest) return;
    await pushSnapshot(host, open, { checkpoint, turn, partial: true });
    newest = checkpoint.tree;
  };
  const timer = setInterval(() => {
    running = running.then(save).catch((error: unknown) => {
      host.logger.warn({ thread: open.thread, turn: input.turn, error: String(error) }, "a checkpoint inside the turn failed");
    });
  }, everyMs);
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
