import { Command, Option } from "commander";
import { BatonFailure } from "../../domain/failure.ts";
import { remotePart } from "../remotes/remote-name.ts";
import { threadArgument } from "./thread-argument.ts";

interface HandoffOptions {
  readonly to?: string;
  readonly cancel?: boolean;
  readonly mode: "drain" | "interrupt";
  readonly detach?: boolean;
  readonly json?: boolean;
}

export function handoffCommand(): Command {
  return new Command("handoff")
    .description("Move a running thread to another host: work, agent session, questions and budget come along")
    .addArgument(threadArgument())
    .option("--to <host>", "id or name of a host, or a label: then the freest host that has it; <remote>: for another service")
    .option("--cancel", "call a move to another Temporal Service off, as long as the thread cannot be there")
    .addOption(
      new Option("--mode <mode>", "drain waits for the end of the turn; interrupt stops the agent and keeps its partial work")
        .choices(["drain", "interrupt"])
        .default("drain"),
    )
    .option("-d, --detach", "do not wait until it has moved")
    .option("--json", "print the thread's view as JSON")
    .action(async (name: string, options: HandoffOptions) => {
      const { to, cancel } = options;
      if ((to === undefined) !== (cancel === true)) {
        throw new BatonFailure("Usage", "say where it shall go", { next: `baton handoff ${name} --to <host>` });
      }
      const { withContext } = await import("../context.ts");
      const { handOff } = await import("../handoff/hand-off.ts");
      const { cancelDeparture, handOffAcross } = await import("../handoff/hand-off-across.ts");
      await withContext((context) => {
        if (to === undefined) return cancelDeparture(context.current(), name);
        const across = remotePart(to);
        if (across === null) return handOff(context.current(), { name, ...options, to });
        return handOffAcross(context.current(), { name, ...options, ...across });
      });
    });
}
