import { homedir } from "node:os";
import { join } from "node:path";
import type { Environment } from "./environment.ts";

/** Folders under which this machine keeps all of Baton's state. */
export interface StateDir {
  readonly root: string;
  /** Temporal dev server: database. */
  readonly temporal: string;
  /** The hub's store. */
  readonly hub: string;
  /** The host's identity, object stores and workspaces. */
  readonly host: string;
  readonly logs: string;
  /** Pid files, endpoints and locks of the services. */
  readonly run: string;
}

/** `BATON_STATE_DIR`, or `baton` under the XDG state home. */
export function stateDirOf(env: Environment): StateDir {
  const root = env["BATON_STATE_DIR"] ?? join(env["XDG_STATE_HOME"] ?? join(homedir(), ".local", "state"), "baton");
  return {
    root,
    temporal: join(root, "temporal"),
    hub: join(root, "hub"),
    host: join(root, "host"),
    logs: join(root, "logs"),
    run: join(root, "run"),
  };
}

/** Where what was downloaded or built once is kept: `BATON_CACHE_DIR`, or `baton` under the XDG cache home. */
export function cacheDirOf(env: Environment): string {
  return env["BATON_CACHE_DIR"] ?? join(env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "baton");
}
