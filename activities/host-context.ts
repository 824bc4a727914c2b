import type { Logger } from "pino";
import type { SubagentsReport, SubagentsRequest } from "../domain/fan-out/subagent-requests.ts";
import type { HubClient } from "../hub/hub-client.ts";
import type { AgentGate } from "./agents/agent-gate.ts";
import type { BusyThreads } from "./busy-threads.ts";

/** What every Activity of a host works with; made once by the host's process. */
export interface HostContext {
  /** Stable id of this host. */
  readonly host: string;
  /** New with every start of the process. */
  readonly incarnation: string;
  /** Folder that holds object stores and workspaces. */
  readonly folder: string;
  readonly hub: HubClient;
  readonly logger: Logger;
  /** The environment of the host's process; children get an allowlist of it. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly places: Places;
  /** Lets agents start. */
  readonly agents: AgentGate;
  /** Milliseconds between the checkpoints inside a turn. */
  readonly checkpointMs: number;
  /** Labels that the host carries. */
  readonly labels: readonly string[];
  /** What runs for each thread here. */
  readonly busy: BusyThreads;
  /** Aborted when the host takes no more work: its threads leave when what runs for them has ended. */
  readonly leaving: AbortSignal;
  /** Aborted when what still runs has to stop, in order. */
  readonly draining: AbortSignal;
  /** Aborted when the process ends at once: what becomes of the work is told to nobody any more. */
  readonly ending: AbortSignal;
  /** Resolves when the Temporal Service answers: a result reported into an outage would be lost. */
  temporalReachable(signal: AbortSignal): Promise<void>;
  signalHeld(grant: { readonly thread: string; readonly epoch: number }): Promise<void>;
  /** How the agents of running turns reach their threads. */
  readonly agentRequests: AgentRequests;
}

/** Throws StaleEpoch, Conflict, and TemporalUnreachable when no Workflow answers within a minute. */
export interface AgentRequests {
  ask(thread: string, request: SubagentsRequest): Promise<SubagentsReport>;
  look(thread: string): Promise<SubagentsReport>;
}

export interface PlaceClaim {
  readonly thread: string;
  readonly epoch: number;
  /** Task Queue whose poller reserved a place for it; null when none did. */
  readonly queue: string | null;
  /** Places beyond the total that it may take. */
  readonly beyond: number;
}

export interface Occupied {
  /** Settles when the claim is over. */
  readonly ended: Promise<"released" | "superseded">;
}

/** The host's places, counted by thread: a thread that takes its place again does not need a second one. */
export interface Places {
  readonly total: number;
  readonly taken: number;
  /** Takes a place; null when there is none, or a newer claim of the thread has one. */
  occupy(claim: PlaceClaim): Occupied | null;
  /** Waits for a place; null when aborted first. Who has waited for longest goes first. */
  occupyWhenFree(claim: PlaceClaim, signal: AbortSignal): Promise<Occupied | null>;
  /** Gives back a place that was reserved for a Task Queue and is not taken. */
  unreserve(queue: string): void;
  /** Lets others have a thread's place while its agent does nothing but wait for them; ends with the function it gives. */
  lend(thread: string): () => void;
  /** Frees the place; an older claim's release is ignored. */
  release(claim: { readonly thread: string; readonly epoch: number }): void;
}
