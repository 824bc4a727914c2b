import { Option, type Command } from "commander";
import { longestTimerMs, parseDuration } from "../../config/goal-file/quantities.ts";
import { BatonFailure } from "../../domain/failure.ts";
import type { HostLossPolicy, OnLoss } from "../../domain/host-loss.ts";

export interface HostLossOptions {
  readonly onLoss?: OnLoss;
  readonly grace?: string;
}

/** Adds `--on-loss` and `--grace`, which go before the goal's own `host.on_loss` and `host.grace`. */
export function addHostLossOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--on-loss <policy>",
        "when its host is lost: wait for it, move to another, or ask, whatever the goal says",
      ).choices(["wait", "move", "ask"] satisfies OnLoss[]),
    )
    .option("--grace <time>", "how long it stays with a lost host before it moves or asks, such as 2m, whatever the goal says");
}

/** Throws Usage for what is no duration. */
export function hostLossOf({ onLoss, grace }: HostLossOptions): HostLossPolicy {
  return { ...(onLoss === undefined ? {} : { onLoss }), ...(grace === undefined ? {} : { graceMs: graceMsOf(grace) }) };
}

function graceMsOf(text: string): number {
  const graceMs = parseDuration(text);
  if (graceMs >= 1 && graceMs <= longestTimerMs) return graceMs;
  throw new BatonFailure("Usage", `"${text}" is no duration`, {
    where: "--grace",
    next: "give more than zero and at most 24d, as --grace 2m or --grace 1h30m",
  });
}
