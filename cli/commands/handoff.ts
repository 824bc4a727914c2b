import { Command, Option } from "commander";
import { threadArgument } from "./thread-argument.ts";

interface HandoffOptions {
  readonly to: string;
  readonly mode: "drain" | "interrupt";
  readonly detach?: boolean;
  readonly json?: boolean;
}

export function handoffCommand(): Command {
  return new Command("handoff")
    .description("Move a running thread to another host: work, agent session, questions and budget come along")
    .addArgument(threadArgument())
    .requiredOption("--to <host>", "id or name of a host, or a label: then the freest host that has it")
    .addOption(
      new Option("--mode <mode>", "drain waits for the end of the turn; interrupt stops the agent and keeps its partial work")
        .choices(["drain", "interrupt"])
        .default("drain"),
    )
    .option("-d, --detach", "do not wait until it has moved")
    .option("--json", "print the thread's view as JSON")
    .action(async (name: string, options: HandoffOptions) => {
      const { withContext } = await import("../context.ts");
      const { handOff } = await import("../handoff/hand-off.ts");
      await withContext((context) => handOff(context.current(), { name, ...options }));
    });
}
