import type { CancellationScope, Trigger } from "@temporalio/workflow";
import type { ThreadStart } from "../domain/thread-start.ts";
import type { ThreadState } from "../domain/thread.ts";
import type { HoldGrant } from "./messages.ts";

/** A new thread, or one that continues as new. */
export type ThreadInput = { readonly start: ThreadStart } | { readonly state: ThreadState };

/** The Activity that holds, or waits for, a place under one epoch. */
export interface PlaceClaim {
  readonly epoch: number;
  /** When it was asked for; milliseconds since the epoch of time. */
  readonly at: number;
  readonly scope: CancellationScope;
  /** Rejects with `HoldLost` when the place is gone. */
  readonly lost: Trigger<never>;
  /** Set by the host's Signal when the place is there. */
  grant: HoldGrant | null;
  /** Why there is no place any more; null while there is hope. */
  over: HoldLost | null;
}

/** What one run of the Workflow keeps in memory beside the state; handlers and steps share it. */
export interface ThreadLoop {
  state: ThreadState;
  /** What happens right now, for people. */
  doing: string;
  /** Set while a place is held or asked for. */
  claim: PlaceClaim | null;
  /** The place on the target of a handoff that is under way. */
  next: PlaceClaim | null;
  /** Set while an interruptible Activity runs. */
  work: CancellationScope | null;
  /** What the search attributes were set to, and when. */
  listed: { readonly place: string; readonly host: string; readonly numbers: string; readonly at: number } | null;
  /** Turns finished when this run began. */
  readonly turnAtStart: number;
  /** Keys of the tasks whose subagents are being started. */
  readonly starting: Set<string>;
  /** The newest order that is on its way to each subagent: one must not overtake another. */
  readonly orders: Map<string, Promise<void>>;
  /** Orders and news on their way, in the order in which they were given. */
  telling: Promise<void>;
  /** The news that the parent has, as JSON. */
  told: string;
  /** Set when this run ends: nothing new is begun. */
  closing: boolean;
}

/** `lost`: its host is silent; `restarted`: its process is another one by now; `left`: it was given back in order. */
export type HoldEnd = "lost" | "restarted" | "left";

export class HoldLost extends Error {
  override readonly name = "HoldLost";
  /** Whether the host was lost, or left in order. */
  readonly how: HoldEnd;

  constructor(why: string, how: HoldEnd) {
    super(why);
    this.how = how;
  }
}
