import { status as grpcStatus, type ServiceError } from "@grpc/grpc-js";
import {
  isGrpcServiceError,
  NamespaceNotFoundError,
  QueryNotRegisteredError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from "@temporalio/client";
import { ApplicationFailure } from "@temporalio/common";
import { BatonFailure, failureRules, type FailureType } from "../../domain/failure.ts";

/** What an error of a Temporal call means to a person; anything that is not one comes back as it is. */
export function explainError(error: unknown): unknown {
  if (error instanceof BatonFailure) return error;
  if (error instanceof WorkflowUpdateFailedError) return refusal(error.cause ?? error);
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return unanswered(error);
  if (error instanceof QueryNotRegisteredError) return noHost(error);
  if (error instanceof WorkflowNotFoundError) return gone(error);
  if (error instanceof NamespaceNotFoundError) {
    return new BatonFailure("Settings", `Temporal has no namespace "${error.namespace}"`, {
      next: "set TEMPORAL_NAMESPACE or the profile to one that exists",
      cause: error,
    });
  }
  return explainStatus(error) ?? error;
}

const meanings: Partial<Record<grpcStatus, (error: ServiceError) => BatonFailure>> = {
  [grpcStatus.DEADLINE_EXCEEDED]: silent,
  [grpcStatus.FAILED_PRECONDITION]: noHost,
  [grpcStatus.NOT_FOUND]: gone,
  [grpcStatus.PERMISSION_DENIED]: refused,
  [grpcStatus.UNAUTHENTICATED]: refused,
  [grpcStatus.UNAVAILABLE]: (error) =>
    new BatonFailure("TemporalUnreachable", `Temporal does not answer: ${error.details}`, { next: "baton up", cause: error }),
};

function explainStatus(error: unknown): BatonFailure | undefined {
  const cause = error instanceof Error ? error.cause : undefined;
  for (const candidate of [error, cause]) {
    if (isGrpcServiceError(candidate)) return meanings[candidate.code]?.(candidate);
  }
  return undefined;
}

function refused(error: ServiceError): BatonFailure {
  return new BatonFailure("Settings", `Temporal refuses this user: ${error.details}`, {
    next: "check TEMPORAL_API_KEY or the profile",
    cause: error,
  });
}

function noHost(cause: unknown): BatonFailure {
  return new BatonFailure("TemporalUnreachable", "no host is up to answer for this thread; the thread itself is safe", {
    next: "baton up",
    cause,
  });
}

/** Temporal waits for a host that was there a moment ago, and for one that is too busy. */
function silent(cause: unknown): BatonFailure {
  const message = "no host has answered for this thread in time: none is up, or all are busy; the thread itself is safe";
  return new BatonFailure("TemporalUnreachable", message, { next: "baton hosts; if there is none: baton up", cause });
}

/** The server hands a request that it has admitted to the next Worker, even if nobody waits for it any more. */
function unanswered(cause: unknown): BatonFailure {
  const message = "no host has taken this request in time; it may still take effect when one does";
  return new BatonFailure("TemporalUnreachable", message, { next: "baton up, then look with baton show", cause });
}

function gone(cause: unknown): BatonFailure {
  return new BatonFailure("Conflict", "this thread has settled, or Temporal does not keep it any more", {
    next: "baton ls --all",
    cause,
  });
}

/** A thread refuses with the type, the message and the next step of a BatonFailure. */
function refusal(cause: unknown): BatonFailure {
  const message = cause instanceof Error ? cause.message : String(cause);
  if (!(cause instanceof ApplicationFailure)) return new BatonFailure("Conflict", message, { cause });
  const known = cause.type != null && Object.hasOwn(failureRules, cause.type);
  const details = (cause.details?.[0] ?? {}) as { where?: unknown; next?: unknown };
  return new BatonFailure(known ? (cause.type as FailureType) : "Conflict", message, {
    ...(typeof details.where === "string" ? { where: details.where } : {}),
    ...(typeof details.next === "string" ? { next: details.next } : {}),
    cause,
  });
}
