import { runProcess } from "../../process/run-process.ts";

export type BinaryProbe = { readonly ok: true; readonly version: string } | { readonly ok: false; readonly reason: string };

/** Whether an executable is a Temporal CLI that can run Baton's server; the version is what it says of itself. */
export async function probeBinary(file: string): Promise<BinaryProbe> {
  const version = await run(file, ["--version"]);
  if (!version.ok) return version;
  const line = /^temporal version (.+)$/m.exec(version.output)?.[1];
  if (line === undefined) return { ok: false, reason: `${file} is not Temporal's CLI` };
  const help = await run(file, ["server", "start-dev", "--help"]);
  if (!help.ok) return help;
  if (!help.output.includes("--sqlite-pragma"))
    return { ok: false, reason: `${file} (${line}) is too old: it has no --sqlite-pragma` };
  return { ok: true, version: line };
}

async function run(file: string, args: string[]) {
  const { outcome, stdout } = await runProcess({
    command: { file, args },
    cwd: "/",
    env: { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "/" },
    timeoutMs: 15_000,
  });
  if (outcome.kind === "exited" && outcome.code === 0) return { ok: true as const, output: stdout.toString() };
  if (outcome.kind === "notStarted") return { ok: false as const, reason: outcome.message };
  const how = outcome.kind === "exited" ? `exit code ${outcome.code}` : outcome.kind;
  return { ok: false as const, reason: `${file} ${args.join(" ")} failed (${how})` };
}
