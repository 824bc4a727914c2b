import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Environment } from "../../config/environment.ts";
import { readSettings } from "../../config/settings.ts";
import { BatonFailure } from "../../domain/failure.ts";
import { downloadBinary } from "./download-binary.ts";
import { findOnPath, isExecutable } from "./find-on-path.ts";
import { goInstallBinary } from "./go-install-binary.ts";
import { probeBinary } from "./probe-binary.ts";

/** The CLI whose server Baton is measured with; the last one that `go install` can build. */
export const temporalVersion = "1.5.1";

export interface TemporalBinary {
  readonly path: string;
  readonly version: string;
  /** Where it came from, for people: "PATH", "the cache". */
  readonly source: string;
}

interface ResolveRequest {
  readonly env: Environment;
  readonly onProgress: (line: string) => void;
  /** Only looks for one that is there; nothing is downloaded or built. */
  readonly presentOnly?: boolean;
}

interface Step {
  readonly source: string;
  /** Gives the executable, or throws why there is none. */
  readonly get: () => Promise<string>;
}

/**
 * A Temporal CLI that can run Baton's server: named by BATON_TEMPORAL_BIN, on PATH, cached, downloaded, or built with Go.
 * Throws `BatonFailure("TemporalUnreachable")` with the reason of each step.
 */
export async function resolveTemporalBinary(request: ResolveRequest): Promise<TemporalBinary> {
  const { temporalBin } = readSettings(request.env);
  if (temporalBin !== undefined) return namedBinary(temporalBin);
  const reasons: string[] = [];
  for (const step of stepsOf(request)) {
    try {
      const path = await step.get();
      const probe = await probeBinary(path);
      if (!probe.ok) throw new Error(probe.reason);
      return { path, version: probe.version, source: step.source };
    } catch (error) {
      const reason = error instanceof Error ? describe(error) : String(error);
      reasons.push(`${step.source}: ${reason}`);
      request.onProgress(`no Temporal server from ${step.source}: ${reason}`);
    }
  }
  throw new BatonFailure(
    "TemporalUnreachable",
    `there is no Temporal server to run:\n${reasons.map((each) => `  ${each}`).join("\n")}`,
    {
      next: "set TEMPORAL_ADDRESS to a Temporal Service, or put Temporal's CLI on PATH (https://docs.temporal.io/cli)",
    },
  );
}

async function namedBinary(path: string): Promise<TemporalBinary> {
  const probe = await probeBinary(path);
  if (probe.ok) return { path, version: probe.version, source: "BATON_TEMPORAL_BIN" };
  throw new BatonFailure("Settings", `BATON_TEMPORAL_BIN cannot be used: ${probe.reason}`, {
    where: path,
    next: "unset BATON_TEMPORAL_BIN, or point it at Temporal's CLI",
  });
}

function stepsOf({ env, onProgress, presentOnly }: ResolveRequest): readonly Step[] {
  const cached = join(readSettings(env).cache, "temporal", temporalVersion, "temporal");
  const present = [
    { source: "PATH", get: async () => orThrow(findOnPath("temporal", env), "temporal is not on PATH") },
    { source: "the cache", get: async () => orThrow(isExecutable(cached) ? cached : undefined, `there is no ${cached} yet`) },
  ];
  if (presentOnly === true) return present;
  const version = temporalVersion;
  const download = (folder: string) => downloadBinary({ version, folder, onProgress });
  const build = async (folder: string) =>
    goInstallBinary({ go: orThrow(findOnPath("go", env), "go is not on PATH"), version, folder, env, onProgress });
  return [
    ...present,
    { source: "Temporal's download site", get: () => intoCache(cached, download) },
    { source: "go install", get: () => intoCache(cached, build) },
  ];
}

/** Makes the executable in a folder of its own and moves it into place whole. */
async function intoCache(cached: string, make: (folder: string) => Promise<string>): Promise<string> {
  const parent = dirname(dirname(cached));
  await mkdir(dirname(cached), { recursive: true });
  const folder = await mkdtemp(join(parent, ".new-"));
  try {
    await rename(await make(folder), cached);
    return cached;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function orThrow(value: string | undefined, reason: string): string {
  if (value === undefined) throw new Error(reason);
  return value;
}

/** `fetch failed` says nothing; its cause does. */
function describe(error: Error): string {
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : "";
  return `${error.message}${cause}`;
}
