import { BatonFailure, failureRules } from "../../domain/failure.ts";

const giveUpMs = 15 * 60_000;
const firstWaitMs = 200;
const longestWaitMs = 5_000;

/** Keeps count of a service that does not answer, so that a follower says it once, waits longer each time, and ends at last. */
export interface Outage {
  /** Milliseconds to wait before the next try. Throws the failure itself once the service was silent for 15 minutes. */
  failed(failure: BatonFailure): number;
  mended(): void;
}

export function createOutage(service: string, say: (text: string) => void): Outage {
  let since: number | undefined;
  let waitMs = firstWaitMs;
  return {
    failed(failure) {
      if (since === undefined) say(`${service}: ${failure.message}; trying again, the thread does not depend on this command`);
      since ??= performance.now();
      if (performance.now() - since > giveUpMs) throw failure;
      waitMs = Math.min(waitMs * 2, longestWaitMs);
      return waitMs;
    },
    mended() {
      if (since !== undefined) say(`${service} answers again`);
      since = undefined;
      waitMs = firstWaitMs;
    },
  };
}

export function isUnreachable(error: unknown): boolean {
  return error instanceof BatonFailure && failureRules[error.type].retryable;
}
