import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import type { ProcessOutcome } from "../domain/outcome.ts";
import { identifyProcess, type ProcessIdentity } from "./process-identity.ts";

interface DetachedRequest {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The child's whole environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** File that both output streams are appended to. */
  readonly logFile: string;
}

export interface DetachedProcess {
  /** Undefined when it did not start or ended at once. */
  readonly identity: ProcessIdentity | undefined;
  /** Settles when it ends, if this process still lives then; never rejects. */
  readonly ended: Promise<ProcessOutcome>;
}

/** Starts a process that outlives this one, leading its own process group and session. */
export function startDetached(request: DetachedRequest): DetachedProcess {
  const log = openSync(request.logFile, "a", 0o600);
  try {
    const child = spawn(request.file, request.args, {
      cwd: request.cwd,
      env: request.env,
      detached: true,
      stdio: ["ignore", log, log],
    });
    const ended = new Promise<ProcessOutcome>((resolve) => {
      child.once("error", (error: NodeJS.ErrnoException) =>
        resolve({ kind: "notStarted", code: error.code ?? "UNKNOWN", message: error.message }),
      );
      child.once("exit", (code, signal) =>
        resolve(code === null ? { kind: "signaled", signal: signal ?? "unknown" } : { kind: "exited", code }),
      );
    });
    child.unref();
    return { identity: child.pid === undefined ? undefined : identifyProcess(child.pid), ended };
  } finally {
    closeSync(log);
  }
}
