import { fileURLToPath } from "node:url";
import { execa } from "execa";

/** The built CLI. */
export const cliFile = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

export interface BatonOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds; 60 s when absent. */
  readonly timeoutMs?: number;
}

export interface BatonResult {
  /** Exit code; -1 when it was killed or ran out of time. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output as JSON; throws with everything that was written when it is none. */
  json(): unknown;
}

/** Runs the built CLI as a child process with exactly this environment. */
export async function runBaton(
  args: readonly string[],
  options: BatonOptions & { readonly env: Record<string, string> },
): Promise<BatonResult> {
  const { cwd = "/", env, timeoutMs = 60_000 } = options;
  const ran = await execa(process.execPath, [cliFile, ...args], {
    cwd,
    env,
    extendEnv: false,
    timeout: timeoutMs,
    reject: false,
    stdin: "ignore",
  });
  const { stdout, stderr } = ran;
  const code = ran.exitCode ?? -1;
  const all = `baton ${args.join(" ")} ended with ${code}${ran.timedOut ? ` after ${timeoutMs} ms` : ""}\n${stdout}\n${stderr}`;
  return {
    code,
    stdout,
    stderr,
    json() {
      try {
        return JSON.parse(stdout) as unknown;
      } catch {
        throw new Error(`no JSON: ${all}`);
      }
    },
  };
}
