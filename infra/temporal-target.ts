import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { definedIn, type Environment } from "../config/environment.ts";
import { BatonFailure } from "../domain/failure.ts";

/** The Temporal Service that the environment or Temporal's configuration file names. */
export interface TemporalTarget {
  readonly address: string;
  readonly namespace: string;
}

/** Undefined when nothing names an address: then Baton runs its own server. */
export async function configuredTemporal(env: Environment): Promise<TemporalTarget | undefined> {
  // Loading the library and its parser costs more than these looks.
  if (env["TEMPORAL_ADDRESS"] === undefined && env["TEMPORAL_PROFILE"] === undefined && !existsSync(configFileOf(env)))
    return undefined;
  const profile = await loadTemporalProfile(env);
  return profile.address === undefined ? undefined : { address: profile.address, namespace: profile.namespace ?? "default" };
}

/** The namespace for Baton's own server. */
export function embeddedNamespace(env: Environment): string {
  return env["TEMPORAL_NAMESPACE"] ?? "default";
}

/** Temporal's own profile, environment variables over file. Throws `BatonFailure("Settings")`. */
export async function loadTemporalProfile(env: Environment) {
  const { loadClientConfigProfile } = await import("@temporalio/envconfig");
  try {
    return loadClientConfigProfile({ overrideEnvVars: definedIn(env), disableFile: hasNoProfile(env) });
  } catch (error) {
    throw new BatonFailure(
      "Settings",
      `Temporal's configuration cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      {
        where: configFileOf(env),
        next: "correct the file, TEMPORAL_CONFIG_FILE or TEMPORAL_PROFILE",
      },
    );
  }
}

/** The library fails on a file without any profile instead of taking it as none. */
function hasNoProfile(env: Environment): boolean {
  const file = configFileOf(env);
  return env["TEMPORAL_PROFILE"] === undefined && existsSync(file) && !readFileSync(file, "utf8").includes("profile");
}

function configFileOf(env: Environment): string {
  const named = env["TEMPORAL_CONFIG_FILE"];
  if (named !== undefined) return named;
  const home = env["HOME"] ?? homedir();
  const mac = join(home, "Library", "Application Support");
  const folder = process.platform === "darwin" ? mac : (env["XDG_CONFIG_HOME"] ?? join(home, ".config"));
  return join(folder, "temporalio", "temporal.toml");
}
