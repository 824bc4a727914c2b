import type { Logger } from "pino";
import type { HubClient } from "../hub/hub-client.ts";

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
  /** Aborted when the host begins to drain. */
  readonly draining: AbortSignal;
  /** Resolves when the Temporal Service answers: a result reported into an outage would be lost. */
  temporalReachable(signal: AbortSignal): Promise<void>;
  signalHeld(grant: { readonly thread: string; readonly epoch: number }): Promise<void>;
}

/** The host's places, counted by thread: a thread that takes its place again does not need a second one. */
export interface Places {
  readonly total: number;
  readonly taken: number;
  /** Takes a place, reserved by the pool's poller or beyond the total; tells later how the claim ended. */
  occupy(claim: {
    readonly thread: string;
    readonly epoch: number;
    readonly reserved: boolean;
  }): Promise<"released" | "superseded">;
  /** Frees the place; an older claim's release is ignored. */
  release(claim: { readonly thread: string; readonly epoch: number }): void;
}
