import { readFile, rm, writeFile } from "node:fs/promises";
import { Context } from "@temporalio/activity";
import { cleanText } from "../domain/clean-text.ts";
import { BatonFailure } from "../domain/failure.ts";
import { describeProcess } from "../domain/outcome.ts";
import { runProcess } from "../process/run-process.ts";
import { workEnvironment } from "./agent-markers.ts";
import type { HostContext } from "./host-context.ts";
import { shellScript } from "./shell-script.ts";
import type { TranscriptWriter } from "./transcript-writer.ts";

const setupTimeoutMs = 60 * 60_000;
const tailBytes = 2_000;

interface SetupRequest {
  readonly thread: string;
  readonly epoch: number;
  readonly turn: number;
  readonly setup: string;
  readonly items: readonly string[];
  readonly cwd: string;
  /** Remembers that this command succeeded here; beside the work tree, never in it. */
  readonly doneFile: string;
  readonly transcript?: TranscriptWriter;
  /** Runs it although it was done: what it depends on changed. */
  readonly again?: boolean;
}

/** Runs the goal's `setup` once a checkout. Whether it ran. Throws SetupFailed with the end of its output. */
export async function runSetup(host: HostContext, request: SetupRequest): Promise<boolean> {
  const { setup, doneFile, transcript } = request;
  const done = await readFile(doneFile, "utf8").catch(() => null);
  if (done === setup && request.again !== true) return false;
  await rm(doneFile, { force: true });
  transcript?.write({ kind: "workspace", text: `setup: ${setup}` });
  const env = workEnvironment(host, { ...request, attempt: 1 });
  const signal = Context.current().cancellationSignal;
  const result = await runProcess({
    command: { shell: shellScript(setup) },
    cwd: request.cwd,
    env,
    timeoutMs: setupTimeoutMs,
    tailBytes,
    signal,
  });
  const { outcome } = result;
  if (outcome.kind !== "exited" || outcome.code !== 0) {
    const tail = cleanText(Buffer.concat([result.stdout, result.stderr]).toString()).slice(-tailBytes);
    throw new BatonFailure("SetupFailed", `setup failed (${describeProcess(outcome)}): ${setup}\n${tail}`, {
      where: `host ${host.host}`,
      next: "mend the command or what it needs on the host",
    });
  }
  await writeFile(doneFile, setup);
  return true;
}
