import { Command } from "commander";
import type { CommandContext } from "../context.ts";
import { parseWholeNumber } from "../parse-number.ts";
import { threadArgument } from "./thread-argument.ts";

interface LogsOptions {
  readonly follow?: boolean;
  readonly turn?: number;
  readonly json?: boolean;
}

export function logsCommand(): Command {
  return new Command("logs")
    .description("Print what a thread did: turns, tools, checks, verdicts")
    .addArgument(threadArgument())
    .option("-f, --follow", "go on until the thread settles; exit code as of run")
    .option("--turn <n>", "only this turn", parseWholeNumber("--turn"))
    .option("--json", "print the transcript as JSON lines")
    .action(async (name: string, options: LogsOptions) => {
      const { withThreadContext } = await import("../remotes/thread-context.ts");
      await withThreadContext(name, async (context, given) => {
        const thread = await context.current().threads.resolve(given);
        await (options.follow ? follow(context, thread, options) : printAll(context, thread, options));
      });
    });
}

async function follow(context: CommandContext, thread: string, { json, turn }: LogsOptions): Promise<void> {
  const { showProgress } = await import("../progress/show-progress.ts");
  await showProgress({
    thread,
    context,
    untilQuestion: false,
    ...(json ? { json: "lines" } : {}),
    ...(turn === undefined ? {} : { turn }),
  });
}

async function printAll(context: CommandContext, thread: string, { json, turn }: LogsOptions): Promise<void> {
  const [{ readTranscript }, { linePrinter }] = await Promise.all([
    import("../progress/read-transcript.ts"),
    import("../progress/line-printer.ts"),
  ]);
  const onLine = linePrinter({ json: json === true, ...(turn === undefined ? {} : { turn }) });
  await readTranscript({ thread, context, onLine }).readRest();
}
