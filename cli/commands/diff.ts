import { Command } from "commander";
import { BatonFailure } from "../../domain/failure.ts";
import { isColorful, printJson } from "../output.ts";
import { threadArgument } from "./thread-argument.ts";

interface DiffOptions {
  readonly stat?: boolean;
  readonly json?: boolean;
}

export function diffCommand(): Command {
  return new Command("diff")
    .description("Print what a thread changed so far: its base commit against its newest checkpoint")
    .addArgument(threadArgument())
    .option("--stat", "print a summary a file")
    .option("--json", "print {thread, base, commit, files} as JSON")
    .action(async (name: string, { stat, json }: DiffOptions) => {
      const { withThreadContext } = await import("../remotes/thread-context.ts");
      await withThreadContext(name, async (context, given) => {
        const { threads, hub } = context.current();
        const thread = await threads.resolve(given);
        const [{ base, checkpoint }, description] = await Promise.all([threads.read(thread), threads.describe(thread)]);
        if (checkpoint === null) {
          throw new BatonFailure("NotFound", `thread ${thread} has no checkpoint yet`, { next: `baton logs -f ${thread}` });
        }
        const { withCheckpoint } = await import("../checkpoint-diff.ts");
        const request = {
          hub: await hub(),
          repository: description?.repository ?? "",
          base,
          commit: checkpoint.commit,
          cwd: process.cwd(),
        };
        await withCheckpoint(request, async (diff) => {
          if (json) return printJson({ thread, base, commit: checkpoint.commit, files: await diff.files() });
          await diff.print({ stat: stat === true, color: isColorful(process.stdout) });
        });
      });
    });
}
