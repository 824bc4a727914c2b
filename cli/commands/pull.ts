import { Command, Option } from "commander";
import { threadArgument } from "./thread-argument.ts";

interface PullOptions {
  readonly mode: "drain" | "interrupt";
  readonly json?: boolean;
}

export function pullCommand(): Command {
  return new Command("pull")
    .description("Bring a thread to this machine; of a settled one, its branch into this repository")
    .addArgument(threadArgument())
    .addOption(
      new Option("--mode <mode>", "drain waits for the end of the turn; interrupt stops the agent and keeps its partial work")
        .choices(["drain", "interrupt"])
        .default("drain"),
    )
    .option("--json", "print the thread's view as JSON")
    .action(async (name: string, options: PullOptions) => {
      const { withContext } = await import("../context.ts");
      const { pull } = await import("../handoff/pull.ts");
      await withContext((context) => pull(context.current(), { name, ...options }));
    });
}
