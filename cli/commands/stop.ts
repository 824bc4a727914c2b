import { Command } from "commander";
import { printChange } from "../print-change.ts";
import { userName } from "../user-name.ts";
import { threadArgument } from "./thread-argument.ts";

export function stopCommand(): Command {
  return new Command("stop")
    .description("Stop a thread for good; what it made so far is delivered to its branch")
    .addArgument(threadArgument())
    .option("--reason <text>", "why, for the report", "")
    .option("--json", "print the thread's view as JSON")
    .action(async (name: string, { reason, json = false }: { readonly reason: string; readonly json?: boolean }) => {
      const { withThreadContext } = await import("../remotes/thread-context.ts");
      await withThreadContext(name, async (context, given) => {
        const { threads } = context.current();
        const view = await threads.update(await threads.resolve(given), "stop", { reason, by: userName() });
        printChange(view, { json, said: "stops" });
      });
    });
}
