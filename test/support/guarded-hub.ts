import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cliFile } from "./run-baton.ts";
import { until } from "./until.ts";

export const rightToken = "0123456789abcdef-right";

/** A hub that lets in only callers with the right token. */
export async function startGuardedHub(folder: string, env: Readonly<Record<string, string>>) {
  mkdirSync(folder, { recursive: true });
  const tokens = join(folder, "tokens");
  writeFileSync(tokens, `${rightToken}\n`);
  const args = ["hub", "--listen", "127.0.0.1:0", "--token-file", tokens, "--state-dir", join(folder, "hub")];
  const hub = spawn(process.execPath, [cliFile, ...args], { cwd: "/", env, stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  hub.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const stop = () => void hub.kill("SIGKILL");
  const address = await until(() => /listens on ([\d.:]+);/.exec(said)?.[1], { why: "the guarded hub listens" }).catch(
    (error: unknown) => {
      stop();
      throw error;
    },
  );
  return { address, stop };
}
