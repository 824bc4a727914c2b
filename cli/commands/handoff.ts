import { Command, Option } from "commander";
import { BatonFailure } from "../../domain/failure.ts";
import { remotePart } from "../remotes/remote-name.ts";
import { threadArgument } from "./thread-argument.ts";

interface HandoffOptions {
  readonly to?: string;
  readonly cancel?: boolean;
  readonly force?: boolean;
  readonly mode: "drain" | "interrupt";
  readonly detach?: boolean;
  readonly json?: boolean;
}

export function handoffCommand(): Command {
  return new Command("handoff")
    .description("Move a running thread to another host: work, agent session, questions and budget come along")
    .addArgument(threadArgument())
    .option("--to <host>", "id or name of a host, or a label: then the freest host that has it; <remote>: for another service")
    .option("--cancel", "call a move to another Temporal Service off; one that may have arrived there is refused there first")
    .option("--force", "with --cancel: what does not answer is gone for good, and never runs the thread again")
    .addOption(
      new Option("--mode <mode>", "drain waits for the end of the turn; interrupt stops the agent and keeps its partial work")
        .choices(["drain", "interrupt"])
        .default("drain"),
    )
    .option("-d, --detach", "do not wait until it has moved; not for a move to another service")
    .option("--json", "print the thread's view as JSON")
    .action(async (name: string, options: HandoffOptions) => {
      refuseMixed(name, options);
      const { to, force = false, json = false } = options;
      const { withThreadContext } = await import("../remotes/thread-context.ts");
      await withThreadContext(name, async (context, given) => {
        const source = context.current();
        if (to === undefined) return (await import("../handoff/call-off.ts")).callOff(source, { name: given, force, json });
        const across = remotePart(to);
        if (across !== null && isAcross(name, to)) {
          const { handOffAcross } = await import("../handoff/hand-off-across.ts");
          return handOffAcross(source, { name: given, ...options, ...across });
        }
        const { handOff } = await import("../handoff/hand-off.ts");
        return handOff(source, { name: given, ...options, to: across?.rest ?? to });
      });
    });
}

/** Usage for options that say nothing together. */
function refuseMixed(name: string, { to, cancel, force, detach }: HandoffOptions): void {
  if ((to === undefined) !== (cancel === true)) {
    throw new BatonFailure("Usage", "say where it shall go", { next: `baton handoff ${name} --to <host>` });
  }
  if (force && to !== undefined) {
    throw new BatonFailure("Usage", "--force goes with --cancel only", { next: `baton handoff ${name} --cancel --force` });
  }
  if (detach && to !== undefined && isAcross(name, to)) {
    throw new BatonFailure("Usage", "--detach cannot move a thread to another service: this very command carries its work over", {
      next: `baton handoff ${name} --to ${to}`,
    });
  }
}

/** Whether the target is in another service than the thread. */
function isAcross(name: string, to: string): boolean {
  const remote = remotePart(to)?.remote;
  return remote !== undefined && remote !== remotePart(name)?.remote;
}
