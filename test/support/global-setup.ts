import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { resolveTemporalBinary } from "../../infra/temporal-server/resolve-temporal-binary.ts";

/** Builds what the tests run and names the Temporal server for all of them, once per run. */
export async function setup(): Promise<void> {
  const bootstrap = fileURLToPath(new URL("../../scripts/bootstrap.mjs", import.meta.url));
  const { status } = spawnSync(process.execPath, [bootstrap], { stdio: "inherit" });
  if (status !== 0) throw new Error("the build failed, so there is nothing to test");
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const { path } = await resolveTemporalBinary({ env: process.env, onProgress: say });
  process.env["BATON_TEMPORAL_BIN"] = path;
  // A profile of the developer must not send tests to a real service.
  for (const name of Object.keys(process.env)) if (name.startsWith("TEMPORAL_")) delete process.env[name];
  process.env["TEMPORAL_CONFIG_FILE"] = "/dev/null";
}
