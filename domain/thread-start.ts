import type { Goal } from "./goal.ts";
import type { Home, RepositoryRef } from "./repository.ts";
import type { TreePlace } from "./fan-out/tree.ts";

/** Input of the `thread` Workflow as the CLI gives it. */
export interface ThreadStart {
  readonly id: string;
  readonly goal: Goal;
  readonly repository: RepositoryRef;
  readonly home: Home;
  readonly owner: string;
  readonly branch: string;
  readonly timing: ThreadTiming;
  /** Set in subagents. */
  readonly tree?: TreePlace;
}

/** Waits of a thread, in milliseconds. Tests and impatient people shorten them through the environment. */
export interface ThreadTiming {
  /** After which a silent host counts as dead. */
  readonly heartbeatTimeoutMs: number;
  /** Silence after which an agent counts as hung. */
  readonly stallMs: number;
  /** First wait after a rate limit or an outage; doubles up to `backoffMaxMs`. */
  readonly backoffMs: number;
  readonly backoffMaxMs: number;
  /** Turns after which the Workflow continues as new, so that its history stays short. */
  readonly turnsPerRun: number;
  /** Events of its history after which a fan-out does so, if Temporal does not suggest it before. */
  readonly eventsPerRun?: number;
  /** How long a thread that waits for a person keeps its place; absent: two minutes. */
  readonly keepPlaceMs?: number;
}
