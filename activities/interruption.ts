import type { InterruptReason } from "./agents/agent.ts";

/** One signal for both ways a turn is cut short: a person asked for it, or the host drains. */
export function interruption(canceled: AbortSignal, draining: AbortSignal): AbortSignal {
  const controller = new AbortController();
  const stop = (reason: InterruptReason) => controller.abort(reason);
  watch(canceled, () => stop("person"));
  watch(draining, () => stop("shutdown"));
  return controller.signal;
}

function watch(signal: AbortSignal, then: () => void): void {
  if (signal.aborted) then();
  else signal.addEventListener("abort", then, { once: true });
}
