import { Command } from "commander";
import { printChange } from "../print-change.ts";
import { userName } from "../user-name.ts";
import { threadArgument } from "./thread-argument.ts";

export function resumeCommand(): Command {
  return new Command("resume")
    .description("Let a paused thread go on")
    .addArgument(threadArgument())
    .option("--json", "print the thread's view as JSON")
    .action(async (name: string, { json = false }: { readonly json?: boolean }) => {
      const { withThreadContext } = await import("../remotes/thread-context.ts");
      await withThreadContext(name, async (context, given) => {
        const { threads } = context.current();
        const view = await threads.update(await threads.resolve(given), "resume", { by: userName() });
        printChange(view, { json, said: "is not paused any more" });
      });
    });
}
