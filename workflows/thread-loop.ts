import type { CancellationScope, Trigger } from "@temporalio/workflow";
import type { ThreadStart } from "../domain/thread-start.ts";
import type { ThreadState } from "../domain/thread.ts";
import type { HoldGrant } from "./messages.ts";

/** A new thread, or one that continues as new. */
export type ThreadInput = { readonly start: ThreadStart } | { readonly state: ThreadState };

/** What one run of the Workflow keeps in memory beside the state; handlers and steps share it. */
export interface ThreadLoop {
  state: ThreadState;
  /** What happens right now, for people. */
  doing: string;
  /** Newest grant signalled by a host. */
  grant: HoldGrant | null;
  /** Set while a place is held or asked for. */
  claim: { readonly scope: CancellationScope; readonly lost: Trigger<never> } | null;
  /** Set while an interruptible Activity runs. */
  work: CancellationScope | null;
  /** What the search attributes were set to, and when. */
  listed: { readonly place: string; readonly numbers: string; readonly at: number } | null;
  /** Turns finished when this run began. */
  readonly turnAtStart: number;
}

export class HoldLost extends Error {
  override readonly name = "HoldLost";
}
