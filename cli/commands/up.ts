import { Command } from "commander";
import { readSettings } from "../../config/settings.ts";
import { paintFor, printJson, printLine, printNote } from "../output.ts";

export function upCommand(): Command {
  return new Command("up")
    .description("Start Temporal, the hub and the host of this machine in the background, or mend what is missing")
    .option("--json", "print the addresses as JSON")
    .action(up);
}

async function up(options: { json?: boolean }): Promise<void> {
  const [{ ensureServices }, { readRunningServices }, { currentBuild }] = await Promise.all([
    import("../../infra/services/ensure-services.ts"),
    import("../../infra/services/read-services.ts"),
    import("../../infra/services/program-file.ts"),
  ]);
  const paint = paintFor(process.stderr);
  const { state } = readSettings(process.env);
  const endpoints = await ensureServices({ env: process.env, onProgress: (line) => printNote(paint("dim", line)) });
  if (readRunningServices(state)?.build !== currentBuild()) {
    printNote("The services run an older build of Baton; `baton down` and `baton up` bring this one. Threads go on after it.");
  }
  if (options.json) return printJson(endpoints);
  const { temporal, hub, host } = endpoints;
  printLine(`temporal  ${temporal.address}, namespace ${temporal.namespace}${temporal.embedded ? "" : " (not Baton's own)"}`);
  if (temporal.ui !== undefined) printLine(`ui        ${temporal.ui}`);
  printLine(`hub       ${hub.address}`);
  printLine(`host      ${host.id}`);
}
