import { Command } from "commander";
import { printChange } from "../print-change.ts";
import { userName } from "../user-name.ts";
import { threadArgument } from "./thread-argument.ts";

export function pauseCommand(): Command {
  return new Command("pause")
    .description("Pause a thread when its turn has ended; resume lets it go on")
    .addArgument(threadArgument())
    .option("--now", "interrupt the running turn; its partial work is kept")
    .option("--json", "print the thread's view as JSON")
    .action(async (name: string, { now = false, json = false }: { readonly now?: boolean; readonly json?: boolean }) => {
      const { withThreadContext } = await import("../remotes/thread-context.ts");
      await withThreadContext(name, async (context, given) => {
        const { threads } = context.current();
        const view = await threads.update(await threads.resolve(given), "pause", { now, by: userName() });
        printChange(view, { json, said: now ? "pauses now" : "pauses after the running turn" });
      });
    });
}
