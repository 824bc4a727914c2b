import { ActivityFailure, ApplicationFailure, TimeoutFailure } from "@temporalio/common";

export type StepFailure =
  | { readonly kind: "hostGone"; readonly how: "lost" | "left"; readonly text: string }
  /** The hub keeps the work of an earlier thread under the thread's id. */
  | { readonly kind: "idTaken"; readonly text: string }
  | { readonly kind: "blocked"; readonly text: string; readonly facts: readonly string[] }
  | { readonly kind: "bug" };

/** What a failed Activity means for the thread: the host is silent, or gave up in order; a question, or a bug in the Workflow itself. */
export function failureOf(error: unknown): StepFailure {
  if (!(error instanceof ActivityFailure)) return { kind: "bug" };
  const { cause } = error;
  if (cause instanceof TimeoutFailure) return { kind: "hostGone", how: "lost", text: cause.message };
  if (!(cause instanceof ApplicationFailure)) return { kind: "hostGone", how: "left", text: error.message };
  if (cause.type === "WorkerShutdown" || cause.type === "StaleEpoch")
    return { kind: "hostGone", how: "left", text: cause.message };
  if (cause.type === "IdTaken") return { kind: "idTaken", text: cause.message };
  return {
    kind: "blocked",
    text: cause.message,
    facts: [`${error.activityType} failed: ${cause.type ?? "unexpected error"}`, ...detailsOf(cause)],
  };
}

function detailsOf(failure: ApplicationFailure): string[] {
  return (failure.details ?? []).filter((detail): detail is string => typeof detail === "string");
}
