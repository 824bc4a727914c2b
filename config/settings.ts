import { isAbsolute } from "node:path";
import { BatonFailure } from "../domain/failure.ts";
import type { Environment } from "./environment.ts";
import { cacheDirOf, stateDirOf, type StateDir } from "./state-dir.ts";

/** What a person sets for a whole machine, all through the environment. */
export interface Settings {
  readonly state: StateDir;
  /** Where what was downloaded or built once is kept. */
  readonly cache: string;
  /** A `temporal` executable to use instead of looking for one. */
  readonly temporalBin: string | undefined;
  /** Base address of Temporal's web UI, for a Temporal Service that is not Baton's own. */
  readonly temporalUi: string | undefined;
  /** Lowest level that the services log. */
  readonly logLevel: LogLevel;
}

const logLevels = ["trace", "debug", "info", "warn", "error", "fatal"] as const;
type LogLevel = (typeof logLevels)[number];

/** Reads and checks the settings. Throws `BatonFailure("Settings")` naming the variable. */
export function readSettings(env: Environment): Settings {
  for (const name of ["BATON_STATE_DIR", "BATON_CACHE_DIR", "BATON_TEMPORAL_BIN"]) requireAbsolute(env, name);
  const state = stateDirOf(env);
  if (!isAbsolute(state.root)) throw homeless();
  return {
    state,
    cache: cacheDirOf(env),
    temporalBin: env["BATON_TEMPORAL_BIN"],
    temporalUi: readUi(env),
    logLevel: readLogLevel(env),
  };
}

function requireAbsolute(env: Environment, name: string): void {
  const value = env[name];
  if (value === undefined || isAbsolute(value)) return;
  // The services run in other directories, where a relative path would mean another place.
  throw new BatonFailure("Settings", `${name} must be an absolute path, and is "${value}"`, {
    next: `export ${name}="$PWD/${value}"`,
  });
}

/** HOME is set to nothing, or XDG_STATE_HOME to a relative path. */
function homeless(): BatonFailure {
  return new BatonFailure("Settings", "there is no place for Baton's state: HOME is empty, or XDG_STATE_HOME is relative", {
    next: "set HOME, or BATON_STATE_DIR to an absolute path",
  });
}

function readUi(env: Environment): string | undefined {
  const value = env["BATON_TEMPORAL_UI"];
  if (value === undefined || /^https?:\/\/[^/]/.test(value)) return value?.replace(/\/+$/, "");
  throw new BatonFailure("Settings", `BATON_TEMPORAL_UI is "${value}", not a web address`, {
    next: "give it as https://host:port",
  });
}

/** BATON_LOG_LEVEL, in any case of letters; `info` when it is not set. */
export function readLogLevel(env: Environment): LogLevel {
  const value = env["BATON_LOG_LEVEL"] ?? "info";
  const level = logLevels.find((each) => each === value.toLowerCase());
  if (level !== undefined) return level;
  throw new BatonFailure("Settings", `BATON_LOG_LEVEL is "${value}"`, { next: `use one of ${logLevels.join(", ")}` });
}
