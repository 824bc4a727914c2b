import { Command } from "commander";
import { paintFor, printJson, printLine, printNote } from "../output.ts";

export function downCommand(): Command {
  return new Command("down")
    .description("Stop the services that `baton up` started; threads keep their state and go on after the next `baton up`")
    .option("--json", "print what was stopped as JSON")
    .action(down);
}

async function down(options: { json?: boolean }): Promise<void> {
  const { stopServices } = await import("../../infra/services/stop-services.ts");
  const paint = paintFor(process.stderr);
  const stopped = await stopServices({ env: process.env, onProgress: (line) => printNote(paint("dim", line)) });
  if (options.json) return printJson({ stopped });
  printLine(stopped.length === 0 ? "Nothing was running." : `Stopped ${stopped.join(", ")}.`);
}
