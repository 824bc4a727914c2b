import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Context } from "@temporalio/activity";
import { cleanText } from "../../domain/clean-text.ts";
import { BatonFailure } from "../../domain/failure.ts";
import { describeProcess } from "../../domain/outcome.ts";
import type { RepositoryRef } from "../../domain/repository.ts";
import type { WorkTree } from "../../git/work-tree.ts";
import { runProcess } from "../../process/run-process.ts";
import { workEnvironment } from "../agent-markers.ts";
import type { HostContext } from "../host-context.ts";
import { setUpFromCache } from "./setup-cache.ts";
import { setupKey } from "./setup-key.ts";
import { shellScript } from "../shell-script.ts";
import type { TranscriptWriter } from "../transcript-writer.ts";

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
  /** What it makes may come from the host's cache. */
  readonly cache?: { readonly tree: WorkTree; readonly repository: RepositoryRef; readonly commit: string };
}

/** Does the goal's `setup` once a checkout. Throws SetupFailed with the end of its output. */
export async function runSetup(host: HostContext, request: SetupRequest): Promise<void> {
  const { setup, doneFile, cache } = request;
  const done = await readFile(doneFile, "utf8").catch(() => null);
  if (done === setup && request.again !== true) return;
  await rm(doneFile, { force: true });
  const env = workEnvironment(host, { ...request, attempt: 1 });
  if (cache === undefined) await runCommand(host, request, env);
  else await fromCache(host, { request, cache, env });
  await writeFile(doneFile, setup);
}

interface Cached {
  readonly request: SetupRequest;
  readonly cache: NonNullable<SetupRequest["cache"]>;
  readonly env: Record<string, string>;
}

async function fromCache(host: HostContext, { request, cache, env }: Cached): Promise<void> {
  const { setup, transcript } = request;
  const { tree, repository, commit } = cache;
  const folder = join(host.folder, "setups");
  await mkdir(folder, { recursive: true });
  const key = await setupKey({ repository: repository.id, setup, store: tree.store, commit, env });
  const source = await setUpFromCache({
    folder,
    key,
    tree,
    keep: commit === repository.base,
    signal: Context.current().cancellationSignal,
    run: () => runCommand(host, request, env),
  });
  const tell = (text: string) => transcript?.write({ kind: "workspace", text });
  if (source.from === "cache") tell(`setup: from this host's cache: ${setup}`);
  else if (source.note !== undefined) tell(`setup is not cached: ${source.note}`);
}

async function runCommand(host: HostContext, request: SetupRequest, env: Record<string, string>): Promise<void> {
  const { setup, transcript } = request;
  transcript?.write({ kind: "workspace", text: `setup: ${setup}` });
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
}
