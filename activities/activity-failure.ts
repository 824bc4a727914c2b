import { ApplicationFailure, CancelledFailure } from "@temporalio/common";
import { BatonFailure, failureRules } from "../domain/failure.ts";

/** Gives an Activity's expected failures their names on the wire; everything else passes as it is. */
export function nameFailures<I, O>(activity: (input: I) => Promise<O>): (input: I) => Promise<O> {
  return async (input) => {
    try {
      return await activity(input);
    } catch (error) {
      throw toActivityFailure(error);
    }
  };
}

export function toActivityFailure(error: unknown): unknown {
  if (error instanceof ApplicationFailure || error instanceof CancelledFailure) return error;
  if (error instanceof BatonFailure) return applicationFailure(error);
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code === "ENOSPC" || code === "EDQUOT")
    return applicationFailure(new BatonFailure("DiskFull", "The host's disk is full", { next: "free some space on the host" }));
  return error;
}

function applicationFailure({ type, message, where, next, usage }: BatonFailure): ApplicationFailure {
  const words = [where && `where: ${where}`, next && `next: ${next}`].filter((detail) => detail !== undefined && detail !== "");
  const details = usage === undefined ? words : [...words, { usage }];
  return ApplicationFailure.create({ type, message, nonRetryable: !failureRules[type].retryable, details });
}
