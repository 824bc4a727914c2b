import { BatonFailure } from "../domain/failure.ts";
import { describeProcess } from "../domain/outcome.ts";
import { childEnvironment } from "../process/agent-environment.ts";
import { oldestGit } from "./git-version.ts";
import { diskFull, saysDiskFull } from "./disk-full.ts";
import { runProcess, type ProcessRequest } from "../process/run-process.ts";

export interface GitOptions {
  readonly cwd: string;
  readonly gitDir?: string;
  /** Added to the environment; GIT_* variables of Baton's own process never get through. */
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: ProcessRequest["stdin"];
  readonly onStdout?: ProcessRequest["onStdout"];
  readonly timeoutMs?: number;
  /** Bounds the silence of a transfer, in place of the whole time: a slow line is no reason to give up. */
  readonly idleMs?: number;
  readonly signal?: AbortSignal;
}

export interface GitResult {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

const settings = [
  "core.hooksPath=/dev/null",
  "core.fsmonitor=false",
  "core.quotePath=false",
  "core.bigFileThreshold=8m",
  "gc.auto=0",
  "maintenance.auto=false",
  // Writing files waits for the disk more than for a processor: half the time for 5,000 files on two processors.
  "checkout.workers=4",
  "filter.lfs.smudge=",
  "filter.lfs.clean=",
  "filter.lfs.process=",
  "filter.lfs.required=false",
];

const fixed = {
  ...configuration(settings),
  LC_ALL: "C",
  LANGUAGE: "C",
  GIT_TERMINAL_PROMPT: "0",
  GIT_OPTIONAL_LOCKS: "0",
  GIT_AUTHOR_NAME: "Baton",
  GIT_AUTHOR_EMAIL: "baton@localhost",
  GIT_COMMITTER_NAME: "Baton",
  GIT_COMMITTER_EMAIL: "baton@localhost",
};
const passed = ["GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_EXEC_PATH", "GIT_SSH", "GIT_SSH_COMMAND"];
const defaultTimeoutMs = 10 * 60_000;
const outputLimit = 512 * 1024 * 1024;

/** Runs git and gives its standard output; any exit code but 0 is a failure that carries the end of its messages. */
export async function git(args: readonly string[], options: GitOptions): Promise<Buffer> {
  const result = await runGit(args, options);
  if (result.code !== 0) throw gitFailure(args, options.cwd, result);
  return result.stdout;
}

/** Like `git`, for commands whose exit code is an answer. Throws only when git did not run to its end. */
export async function runGit(args: readonly string[], options: GitOptions): Promise<GitResult> {
  return runCommand({ file: "git", args }, `git ${commandOf(args)}`, options);
}

/** Several git commands in one shell script: each process that Node itself starts costs more than one the shell does. */
export async function runGitScript(script: string, options: GitOptions): Promise<GitResult> {
  return runCommand({ shell: script }, "a git script", options);
}

async function runCommand(command: ProcessRequest["command"], name: string, options: GitOptions): Promise<GitResult> {
  const pass = [...passed, "SSH_AUTH_SOCK", "GIT_ASKPASS", "SSH_ASKPASS"];
  const { env } = childEnvironment({ host: process.env, pass, markers: {} });
  const { cwd, gitDir, stdin, onStdout, signal } = options;
  const result = await runProcess({
    command,
    cwd,
    env: { ...env, ...fixed, ...(gitDir === undefined ? {} : { GIT_DIR: gitDir }), ...options.env },
    ...limitsOf(options),
    tailBytes: onStdout === undefined ? outputLimit : 65_536,
    ...(stdin === undefined ? {} : { stdin }),
    ...(onStdout === undefined ? {} : { onStdout }),
    ...(signal === undefined ? {} : { signal }),
  });
  if (result.stdout.length >= outputLimit) throw new BatonFailure("Workspace", `${name} said too much`, { where: cwd });
  const stderr = result.stderr.subarray(-8192).toString().trim();
  if (result.outcome.kind === "exited") return { code: result.outcome.code, stdout: result.stdout, stderr };
  if (result.outcome.kind === "notStarted" && result.outcome.code === "ENOENT") throw notFound(result.outcome.message, cwd);
  throw new BatonFailure("Workspace", `${name} ended early: ${describeProcess(result.outcome)}`, {
    where: cwd,
    ...(stderr === "" ? {} : { cause: stderr }),
  });
}

function limitsOf({ timeoutMs, idleMs }: GitOptions): Pick<ProcessRequest, "timeoutMs" | "idleMs"> {
  if (idleMs === undefined) return { timeoutMs: timeoutMs ?? defaultTimeoutMs };
  return timeoutMs === undefined ? { idleMs } : { timeoutMs, idleMs };
}

/** The failure that a finished git command stands for; a full disk is told apart. */
export function gitFailure(args: readonly string[], where: string, result: Pick<GitResult, "code" | "stderr">): BatonFailure {
  const said = withoutCredentials(result.stderr.split("\n").slice(-8).join("\n")) || `exit code ${result.code}`;
  if (saysDiskFull(result.stderr, where)) return diskFull(where, said);
  return new BatonFailure("Workspace", `git ${commandOf(args)} failed: ${said}`, { where });
}

/** Takes user names, passwords and tokens out of every URL in a text; the user of an ssh address is part of the address. */
export function withoutCredentials(text: string): string {
  return text.replaceAll(/([a-z][a-z0-9+.-]*:\/\/)([^/@\s'":]*)(:[^/@\s'"]*)?@/gi, (_, scheme: string, user: string) =>
    /ssh/i.test(scheme) ? `${scheme}${user}@` : scheme,
  );
}

function notFound(message: string, cwd: string): BatonFailure {
  // A folder that is gone gives the same error code as a missing program.
  if (message.includes("working directory")) return new BatonFailure("Workspace", message, { where: cwd });
  const next = `Install git ${oldestGit.join(".")} or newer`;
  return new BatonFailure("Repository", `git is needed and was not found (${message})`, { next });
}

function commandOf(args: readonly string[]): string {
  return args.find((arg, index) => !arg.startsWith("-") && args[index - 1] !== "-c") ?? "";
}

function configuration(settings: readonly string[]): Record<string, string> {
  const entries = settings.flatMap((setting, index) => {
    const cut = setting.indexOf("=");
    return [
      [`GIT_CONFIG_KEY_${index}`, setting.slice(0, cut)],
      [`GIT_CONFIG_VALUE_${index}`, setting.slice(cut + 1)],
    ];
  });
  return { GIT_CONFIG_COUNT: String(settings.length), ...(Object.fromEntries(entries) as Record<string, string>) };
}
