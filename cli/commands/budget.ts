import { Command } from "commander";
import { addBudgetOptions, budgetChangeOf } from "../budget-options.ts";
import { printJson, printLines } from "../output.ts";
import { renderBudget } from "../render-budget.ts";
import { threadArgument } from "./thread-argument.ts";

export function budgetCommand(): Command {
  const command = new Command("budget")
    .description("Show what a thread has spent of its budget, or change the limits")
    .addArgument(threadArgument());
  return addBudgetOptions(command)
    .option("--json", "print spent and budget, after a change the thread's view, as JSON")
    .action(async (name: string, options: { readonly json?: boolean }) => {
      const change = budgetChangeOf({ ...options });
      const changes = Object.keys(change).length > 0;
      const { withThreadContext } = await import("../remotes/thread-context.ts");
      await withThreadContext(name, async (context, given) => {
        const { threads } = context.current();
        const thread = await threads.resolve(given);
        const view = changes ? await threads.update(thread, "budget", change) : await threads.read(thread);
        if (options.json) return printJson(changes ? view : { spent: view.spent, budget: view.budget });
        printLines(renderBudget(view));
      });
    });
}
