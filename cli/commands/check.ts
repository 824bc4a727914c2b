import { Command } from "commander";
import { BatonFailure } from "../../domain/failure.ts";
import { paintFor, printJson, printLines, printNote } from "../output.ts";

interface CheckOptions {
  readonly run: boolean;
  readonly json?: boolean;
}

export function checkCommand(): Command {
  return new Command("check")
    .description(
      "Try a goal before anything is spent: the file, its wording, the repository, the agents, the checks on the base commit",
    )
    .argument("[goal]", "goal file", "goal.yaml")
    .option("--no-run", "leave out setup and checks")
    .option("--json", "print the findings as JSON")
    .action(async (path: string, { run, json = false }: CheckOptions) => {
      const { preflight } = await import("../preflight/preflight.ts");
      const { renderReport } = await import("../preflight/render-report.ts");
      const onStep = (text: string) => (json ? undefined : printNote(`… ${text}`));
      const report = await untilInterrupted((signal) =>
        preflight({ path, cwd: process.cwd(), host: process.env, run, signal, onStep }),
      );
      if (json) printJson(report);
      else printLines(renderReport(report, paintFor(process.stdout)));
      if (!report.ok) process.exitCode = 2;
    });
}

/** Ctrl-C stops what runs, and lets it clear up behind itself. */
async function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stop = () => controller.abort();
  process.on("SIGINT", stop).on("SIGTERM", stop);
  try {
    const result = await work(controller.signal);
    if (controller.signal.aborted) throw interrupted();
    return result;
  } catch (error) {
    throw controller.signal.aborted ? interrupted() : error;
  } finally {
    process.off("SIGINT", stop).off("SIGTERM", stop);
  }
}

function interrupted(): BatonFailure {
  return new BatonFailure("Interrupted", "interrupted", { next: "baton check --no-run leaves out the commands" });
}
