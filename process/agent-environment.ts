type HostEnvironment = Readonly<Record<string, string | undefined>>;

export interface ChildEnvironmentRequest {
  /** The environment of Baton's own process; only an allowlist of it gets through. */
  readonly host: HostEnvironment;
  /** Names of further variables of the host that the goal lets through. */
  readonly pass?: readonly string[];
  readonly set?: Readonly<Record<string, string>>;
  /** BATON_* variables that mark the process as a thread's. */
  readonly markers: Readonly<Record<string, string>>;
}

export interface ChildEnvironment {
  readonly env: Record<string, string>;
  /** Names in `pass` that the host does not have. */
  readonly missing: readonly string[];
}

const allowed = new Set(
  [
    "PATH HOME USER LOGNAME SHELL LANG LANGUAGE TERM TMPDIR TZ IS_SANDBOX CODEX_HOME CLAUDE_CONFIG_DIR",
    "SSL_CERT_FILE SSL_CERT_DIR NODE_EXTRA_CA_CERTS",
    "HTTP_PROXY HTTPS_PROXY NO_PROXY ALL_PROXY http_proxy https_proxy no_proxy all_proxy",
  ].flatMap((names) => names.split(" ")),
);
const allowedPrefixes = ["LC_", "XDG_"];
const ownPrefixes = ["BATON_", "TEMPORAL_"];
/** Baton's own as well, but set for a thread and not of the host. */
const taskPrefix = "BATON_TASK_";

/**
 * The whole environment of a child that works for a thread: an allowlist of the host's, what the goal passes and sets, and
 * the markers. Variables of Baton and Temporal never leak from the host, not even when they are passed by name.
 */
export function childEnvironment({ host, pass = [], set = {}, markers }: ChildEnvironmentRequest): ChildEnvironment {
  const env: Record<string, string> = {};
  const missing: string[] = [];
  for (const [name, value] of Object.entries(host)) {
    if (value !== undefined && isAllowed(name)) env[name] = value;
  }
  for (const name of pass) {
    const value = isOwn(name) ? undefined : host[name];
    if (value === undefined) missing.push(name);
    else env[name] = value;
  }
  for (const [name, value] of Object.entries(set)) {
    if (!isOwn(name) || name.startsWith(taskPrefix)) env[name] = value;
  }
  return { env: { ...env, ...markers }, missing };
}

/** Splits a goal's `env` items: `NAME` is passed through, `NAME=value` is set. */
export function parseEnvironmentItems(items: readonly string[]): { pass: string[]; set: Record<string, string> } {
  const pass: string[] = [];
  const set: Record<string, string> = {};
  for (const item of items) {
    const cut = item.indexOf("=");
    if (cut === -1) pass.push(item);
    else set[item.slice(0, cut)] = item.slice(cut + 1);
  }
  return { pass, set };
}

function isAllowed(name: string): boolean {
  return allowed.has(name) || allowedPrefixes.some((prefix) => name.startsWith(prefix));
}

function isOwn(name: string): boolean {
  return ownPrefixes.some((prefix) => name.startsWith(prefix));
}
