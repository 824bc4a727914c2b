import { afterTurn } from "./after-turn.ts";
import { afterOpened } from "./holds.ts";
import type { ThreadState } from "./thread.ts";
import type { TurnReport } from "./turn.ts";

type Opened = Parameters<typeof afterOpened>[1] & { readonly newest: TurnReport | null };

/** Whether the hub has a turn that nobody told the thread of: its result was lost on the way. */
export function hasUnheardTurn({ checkpoint }: ThreadState, { newest }: Pick<Opened, "newest">): boolean {
  return newest !== null && newest.checkpoint.snapshot !== checkpoint?.snapshot;
}

/** The workspace is open again, here or elsewhere. A turn whose checkpoint reached the hub has happened, heard of or not. */
export function takeOver(state: ThreadState, opened: Opened, now: number): ThreadState {
  const next = afterOpened(state, opened);
  return opened.newest !== null && hasUnheardTurn(next, opened) ? afterTurn(next, opened.newest, now) : next;
}
