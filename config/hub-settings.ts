import { readFileSync } from "node:fs";
import { BatonFailure } from "../domain/failure.ts";
import { set, type Environment } from "./environment.ts";

/** How a client reaches a hub. */
export interface HubConnection {
  /** `host:port`. */
  readonly address: string;
  /** Absent: plain text. */
  readonly tls?: HubClientTls;
  readonly token?: string;
  /** Lets the token travel in plain text to another machine. */
  readonly insecurePlaintext?: boolean;
}

/** Paths of PEM files; without `caFile` the system's authorities are trusted. */
export interface HubClientTls {
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
  /** Name in the hub's certificate, where the address has another. */
  readonly serverName?: string;
}

/** Where a hub listens and whom it lets in. */
export interface HubListen {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Paths of PEM files; clients have to show a certificate of `clientCaFile`'s authority. */
  readonly tls?: { readonly certFile: string; readonly keyFile: string; readonly clientCaFile?: string };
  /** Empty: no token is asked for. */
  readonly tokens: readonly string[];
}

/** The options of `baton hub`; each one missing is read from its variable BATON_HUB_*. */
export interface HubListenOptions {
  readonly listen?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly clientCa?: string;
  readonly tokenFile?: string;
  readonly insecurePlaintext?: boolean;
}

const defaultListen = "127.0.0.1:7377";
const shortestToken = 16;

/** The hub that the environment names: BATON_HUB_ADDRESS, _TLS, _CA_FILE, _CERT_FILE, _KEY_FILE, _SERVER_NAME, _TOKEN, _TOKEN_FILE. */
export function hubConnectionOf(env: Environment): HubConnection | undefined {
  const address = set(env, "BATON_HUB_ADDRESS");
  if (address === undefined) return undefined;
  splitAddress(address, "BATON_HUB_ADDRESS");
  const tls = clientTls(env);
  const token = clientToken(env);
  const insecurePlaintext = flag(env, "BATON_HUB_INSECURE_PLAINTEXT") ?? false;
  return { address, ...(tls === undefined ? {} : { tls }), ...(token === undefined ? {} : { token }), insecurePlaintext };
}

/** The hub at an address that is known already: with the environment's credentials when it is the hub they are for. */
export function hubConnectionTo(address: string, env: Environment): HubConnection {
  const named = hubConnectionOf(env);
  return named?.address === address ? named : { address };
}

function clientTls(env: Environment): HubClientTls | undefined {
  const tls = {
    ...optional("caFile", set(env, "BATON_HUB_CA_FILE")),
    ...optional("certFile", set(env, "BATON_HUB_CERT_FILE")),
    ...optional("keyFile", set(env, "BATON_HUB_KEY_FILE")),
    ...optional("serverName", set(env, "BATON_HUB_SERVER_NAME")),
  };
  if ((tls.certFile === undefined) !== (tls.keyFile === undefined)) {
    const [has, lacks] = tls.certFile === undefined ? ["KEY", "CERT"] : ["CERT", "KEY"];
    throw new BatonFailure("Settings", `BATON_HUB_${has}_FILE is set without BATON_HUB_${lacks}_FILE`, {
      where: "environment",
      next: `set BATON_HUB_${lacks}_FILE too`,
    });
  }
  const wanted = flag(env, "BATON_HUB_TLS") ?? Object.keys(tls).length > 0;
  return wanted ? tls : undefined;
}

function clientToken(env: Environment): string | undefined {
  const token = set(env, "BATON_HUB_TOKEN");
  if (token !== undefined) return token.trim();
  const file = set(env, "BATON_HUB_TOKEN_FILE");
  if (file === undefined) return undefined;
  const [first] = readTokens(file, "BATON_HUB_TOKEN_FILE");
  return first;
}

/** Where a hub shall listen. Settings when it would be open to others than this machine without asking who they are. */
export function hubListenOf(options: HubListenOptions, env: Environment): HubListen {
  const address = options.listen ?? set(env, "BATON_HUB_LISTEN") ?? defaultListen;
  const { host, port } = splitAddress(address, "--listen");
  const tls = serverTls(options, env);
  const tokenFile = options.tokenFile ?? set(env, "BATON_HUB_TOKENS_FILE");
  const tokens = tokenFile === undefined ? [] : readTokens(tokenFile, "--token-file");
  const plaintext = options.insecurePlaintext ?? flag(env, "BATON_HUB_INSECURE_PLAINTEXT") ?? false;
  const listen = { host, port, tokens, ...(tls === undefined ? {} : { tls }) };
  refuseUnguarded(listen);
  refuseUnencrypted(listen, plaintext);
  return listen;
}

/** Whether only this machine can reach a host name. */
export function isLoopback(host: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/.test(host);
}

function serverTls(options: HubListenOptions, env: Environment): HubListen["tls"] {
  const certFile = options.tlsCert ?? set(env, "BATON_HUB_TLS_CERT");
  const keyFile = options.tlsKey ?? set(env, "BATON_HUB_TLS_KEY");
  const clientCaFile = options.clientCa ?? set(env, "BATON_HUB_CLIENT_CA");
  if (certFile !== undefined && keyFile !== undefined) return { certFile, keyFile, ...optional("clientCaFile", clientCaFile) };
  if (certFile === undefined && keyFile === undefined && clientCaFile === undefined) return undefined;
  throw new BatonFailure("Settings", "TLS needs both the hub's certificate and its key", {
    where: "hub settings",
    next: "give --tls-cert and --tls-key; `baton hub certs` makes them",
  });
}

/** Throws Settings for an address that anybody could use. */
export function refuseUnguarded({ host, port, tls, tokens }: HubListen): void {
  if (isLoopback(host) || tokens.length > 0 || tls?.clientCaFile !== undefined) return;
  throw new BatonFailure("Settings", `Without tokens or client certificates the hub listens on loopback only, not on ${host}`, {
    where: `--listen ${host}:${port}`,
    next: "give --token-file, or --client-ca with --tls-cert and --tls-key; or --listen 127.0.0.1:7377",
  });
}

function refuseUnencrypted({ host, port, tls }: HubListen, plaintext: boolean): void {
  if (isLoopback(host) || tls !== undefined || plaintext) return;
  throw new BatonFailure("Settings", `On ${host} tokens and work would travel unencrypted`, {
    where: `--listen ${host}:${port}`,
    next: "give --tls-cert and --tls-key (`baton hub certs` makes them); or --insecure-plaintext inside a network you trust",
  });
}

/** One token a line; empty lines and lines that begin with # are left out. */
function readTokens(file: string, from: string): readonly string[] {
  const lines = readSettingsFile(file, from).toString("utf8").split("\n");
  const tokens = lines.map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("#"));
  const bad = tokens.findIndex((token) => token.length < shortestToken || /[^\x21-\x7e]/.test(token));
  if (tokens.length > 0 && bad === -1) return tokens;
  const problem = tokens.length === 0 ? "holds no token" : `has an unfit token (number ${bad + 1})`;
  throw new BatonFailure("Settings", `The token file ${problem}`, {
    where: file,
    next: `put tokens of at least ${shortestToken} printable characters into it, one a line: openssl rand -hex 32`,
  });
}

/** A file that a setting names. Settings when it cannot be read. */
export function readSettingsFile(file: string, from: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new BatonFailure("Settings", `The file of ${from} cannot be read (${code})`, {
      where: file,
      next: `correct ${from}, or the file's permissions`,
      cause: error,
    });
  }
}

export function splitAddress(address: string, from: string): { host: string; port: number } {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:/[\]]+)):(\d{1,5})$/.exec(address);
  const port = Number(match?.[3]);
  if (match !== null && port <= 65_535) return { host: match[1] ?? match[2] ?? "", port };
  throw new BatonFailure("Settings", `"${address}" is not an address`, { where: from, next: "give it as host:port" });
}

function flag(env: Environment, name: string): boolean | undefined {
  const value = set(env, name)?.toLowerCase();
  if (value === undefined) return undefined;
  if (["true", "1", "yes"].includes(value)) return true;
  if (["false", "0", "no"].includes(value)) return false;
  throw new BatonFailure("Settings", `${name} is "${value}"`, {
    where: `environment variable ${name}`,
    next: "use true or false",
  });
}

function optional<Name extends string>(name: Name, value: string | undefined): { [key in Name]?: string } {
  return value === undefined ? {} : ({ [name]: value } as { [key in Name]?: string });
}
