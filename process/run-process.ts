import type { ProcessOutcome } from "../domain/outcome.ts";

export interface ProcessRequest {
  /** Executable and arguments, or a shell command line for `/bin/sh -c`. */
  readonly command: { readonly file: string; readonly args: readonly string[] } | { readonly shell: string };
  readonly cwd: string;
  /** The child's whole environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly stdin?: string | Uint8Array | AsyncIterable<Uint8Array>;
  /** Milliseconds until the process group is stopped. */
  readonly timeoutMs?: number;
  /** Aborting stops the process group and gives the outcome `canceled`. */
  readonly signal?: AbortSignal;
  /** Signals and the wait after each, the last one SIGKILL. */
  readonly stopWith?: readonly { readonly signal: NodeJS.Signals; readonly waitMs: number }[];
  /** Called for each chunk; the stream is paused while a returned promise is pending. */
  readonly onStdout?: (chunk: Buffer) => void | Promise<void>;
  readonly onStderr?: (chunk: Buffer) => void | Promise<void>;
  /** Bytes of the end of each stream that are kept. */
  readonly tailBytes?: number;
}

export interface ProcessResult {
  readonly outcome: ProcessOutcome;
  /** The last `tailBytes` of each stream. */
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  readonly durationMs: number;
}

export declare function runProcess(request: ProcessRequest): Promise<ProcessResult>;
