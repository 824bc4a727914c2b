import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { z } from "zod";
import { BatonFailure } from "../domain/failure.ts";
import type { Environment } from "./environment.ts";
import { hubConnectionOf, splitAddress, type HubConnection } from "./hub-settings.ts";

const path = z.string().min(1);

const temporalSchema = z.strictObject({
  address: z.string().min(1),
  namespace: z.string().min(1),
  tls: z.boolean().optional(),
  caFile: path.optional(),
  certFile: path.optional(),
  keyFile: path.optional(),
  apiKeyFile: path.optional(),
  /** Base address of its web UI, for links. */
  ui: z.string().optional(),
});

const hubSchema = z.strictObject({
  address: z.string().min(1),
  tls: z.boolean().optional(),
  caFile: path.optional(),
  certFile: path.optional(),
  keyFile: path.optional(),
  tokenFile: path.optional(),
  insecurePlaintext: z.boolean().optional(),
});

const remoteSchema = z.strictObject({ temporal: temporalSchema, hub: hubSchema });
const remotesSchema = z.record(z.string(), remoteSchema);

/** Another Temporal Service and its hub. Secrets are named by the files that hold them. */
export type Remote = z.infer<typeof remoteSchema>;
export type Remotes = Readonly<Record<string, Remote>>;

export function remotesFile(env: Environment): string {
  return join(env["XDG_CONFIG_HOME"] ?? join(env["HOME"] ?? homedir(), ".config"), "baton", "remotes.json");
}

/** Settings when the file is there and cannot be understood. */
export function readRemotes(env: Environment): Remotes {
  const file = remotesFile(env);
  try {
    return remotesSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw new BatonFailure("Settings", "the list of remotes cannot be understood", {
      where: file,
      next: "correct it, or remove it and add the remotes again: baton remote add",
      cause: error,
    });
  }
}

export function writeRemotes(env: Environment, remotes: Remotes): void {
  const file = remotesFile(env);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.${process.pid}`, `${JSON.stringify(remotes, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.${process.pid}`, file);
}

/** NotFound, naming those that there are. */
export function remoteNamed(env: Environment, name: string): Remote {
  const remotes = readRemotes(env);
  const remote = Object.hasOwn(remotes, name) ? remotes[name] : undefined;
  if (remote !== undefined) return remote;
  const names = Object.keys(remotes);
  throw new BatonFailure(
    "NotFound",
    `there is no remote "${name}"${names.length === 0 ? "" : `; there are ${names.join(", ")}`}`,
    {
      next: `baton remote add ${name} --address <host:port> --hub <host:port>`,
    },
  );
}

/** Why a text cannot name a remote; undefined when it can. */
export function remoteNameProblem(name: string): string | undefined {
  return /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/.test(name) ? undefined : "is not 1 to 40 of a-z, 0-9 and dash";
}

/** The variables by which Temporal's own client library is told all of it. Settings when a file cannot be read. */
export function temporalEnvironment({ temporal }: Remote): Environment {
  splitAddress(temporal.address, "--address");
  const { apiKeyFile } = temporal;
  return {
    TEMPORAL_CONFIG_FILE: "/dev/null",
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: temporal.namespace,
    ...named("TEMPORAL_TLS", temporal.tls === undefined ? undefined : String(temporal.tls)),
    ...named("TEMPORAL_TLS_SERVER_CA_CERT_PATH", temporal.caFile),
    ...named("TEMPORAL_TLS_CLIENT_CERT_PATH", temporal.certFile),
    ...named("TEMPORAL_TLS_CLIENT_KEY_PATH", temporal.keyFile),
    ...named("TEMPORAL_API_KEY", apiKeyFile === undefined ? undefined : secretIn(apiKeyFile)),
  };
}

/** Settings when a file that it names cannot be used. */
export function hubConnectionOfRemote({ hub }: Remote): HubConnection {
  const connection = hubConnectionOf({
    BATON_HUB_ADDRESS: hub.address,
    ...named("BATON_HUB_TLS", hub.tls === undefined ? undefined : String(hub.tls)),
    ...named("BATON_HUB_CA_FILE", hub.caFile),
    ...named("BATON_HUB_CERT_FILE", hub.certFile),
    ...named("BATON_HUB_KEY_FILE", hub.keyFile),
    ...named("BATON_HUB_TOKEN_FILE", hub.tokenFile),
    ...named("BATON_HUB_INSECURE_PLAINTEXT", hub.insecurePlaintext === undefined ? undefined : String(hub.insecurePlaintext)),
  });
  return connection ?? { address: hub.address };
}

function secretIn(file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch (error) {
    throw new BatonFailure("Settings", "The API key file cannot be read", {
      where: file,
      next: "correct --api-key-file",
      cause: error,
    });
  }
}

function named(name: string, value: string | undefined): Environment {
  return value === undefined ? {} : { [name]: value };
}
