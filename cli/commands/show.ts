import { Command } from "commander";
import { BatonFailure } from "../../domain/failure.ts";
import type { ThreadView } from "../../domain/thread-view.ts";
import type { CommandContext } from "../context.ts";
import { paintFor, printJson, printLines } from "../output.ts";
import { explainWait } from "../threads/explain-wait.ts";
import { renderView } from "../render-view.ts";
import { threadArgument } from "./thread-argument.ts";

interface ShowOptions {
  readonly json?: boolean;
  readonly report?: boolean;
}

export function showCommand(): Command {
  return new Command("show")
    .description("Show one thread: goal, status, checks, verdict, spent and budget, open questions")
    .addArgument(threadArgument())
    .option("--report", "print the report of a settled thread (Markdown)")
    .option("--json", "print the thread's view as JSON")
    .action(async (name: string, options: ShowOptions) => {
      const { withThreadContext } = await import("../remotes/thread-context.ts");
      await withThreadContext(name, async (context, given) => {
        const { threads } = context.current();
        const view = await explainWait(context.current(), await threads.read(await threads.resolve(given)));
        if (options.report) return await printReport(context, view);
        if (options.json) return printJson(view);
        printLines(renderView(view, paintFor(process.stdout)));
      });
    });
}

async function printReport(context: CommandContext, { id, report, status }: ThreadView): Promise<void> {
  if (report === null) {
    throw new BatonFailure("NotFound", `thread ${id} has no report yet: it is ${status}`, { next: `baton logs -f ${id}` });
  }
  const hub = await context.current().hub();
  for await (const chunk of hub.getArtifact({ artifact: report })) process.stdout.write(chunk);
}
