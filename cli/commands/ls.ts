import { Command } from "commander";
import { paintFor, printJson, printLines, printNote } from "../output.ts";
import { renderThreads } from "../render-threads.ts";

interface LsOptions {
  readonly all?: boolean;
  readonly subagents?: boolean;
  readonly json?: boolean;
}

export function lsCommand(): Command {
  return new Command("ls")
    .description("List threads, newest first: open ones and those settled within a day")
    .option("-a, --all", "list every thread that Temporal still keeps")
    .option("-s, --subagents", "list subagents too, not only those that wait for a person")
    .option("--json", "print a JSON array")
    .action(async ({ all = false, subagents = false, json }: LsOptions) => {
      const { withContext } = await import("../context.ts");
      await withContext(async (context) => {
        const threads = await context.current().threads.list({ all, subagents });
        if (json) return printJson(threads);
        if (threads.length === 0) return printNote(all ? "no threads" : "no open threads; baton ls --all lists settled ones too");
        printLines(renderThreads(threads, { now: Date.now(), paint: paintFor(process.stdout) }));
      });
    });
}
