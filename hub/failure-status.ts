import { Metadata, status, type ServiceError, type StatusObject } from "@grpc/grpc-js";
import { BatonFailure, failureRules, type FailureType } from "../domain/failure.ts";

const trailer = "baton-failure-bin";

const codes: Partial<Record<FailureType, status>> = {
  StaleEpoch: status.FAILED_PRECONDITION,
  NotFound: status.NOT_FOUND,
  Conflict: status.ABORTED,
  Usage: status.INVALID_ARGUMENT,
  DiskFull: status.RESOURCE_EXHAUSTED,
  Interrupted: status.CANCELLED,
  Settings: status.UNAUTHENTICATED,
};

/** What the hub answers for an error: a failure's own status and trailer, or INTERNAL. */
export function statusOf(error: unknown): StatusObject {
  const failure = isFull(error) ? diskFull(error) : error;
  if (failure instanceof BatonFailure) {
    const metadata = new Metadata();
    const detail = { type: failure.type, where: failure.where, next: failure.next };
    metadata.set(trailer, Buffer.from(JSON.stringify(detail)));
    return { code: codes[failure.type] ?? status.UNKNOWN, details: failure.message, metadata };
  }
  if (isStatus(error)) return { code: error.code, details: error.details, metadata: new Metadata() };
  return { code: status.INTERNAL, details: error instanceof Error ? error.message : String(error), metadata: new Metadata() };
}

/** What a status means for the caller. A status that is neither the hub's nor the connection's stays as it is. */
export function failureOf(error: unknown, address: string): unknown {
  if (!isStatus(error)) return error;
  const own = readTrailer(error);
  if (own !== undefined) return new BatonFailure(own.type, error.details, { ...own.context, cause: error });
  const unreachable =
    error.code === status.UNAVAILABLE ||
    error.code === status.DEADLINE_EXCEEDED ||
    error.code === status.CANCELLED ||
    /RST_STREAM|without status|closed/i.test(error.details);
  if (unreachable) return hubUnreachable(address, error);
  if (error.code === status.RESOURCE_EXHAUSTED)
    return new BatonFailure("Usage", `The hub refused: ${error.details}`, { where: address });
  return new Error(`The hub failed: ${error.details}`, { cause: error });
}

export function hubUnreachable(address: string, cause: ServiceError | Error): BatonFailure {
  const why = "details" in cause ? cause.details : cause.message;
  return new BatonFailure("HubUnreachable", `The hub does not answer (${why})`, {
    where: address,
    next: "start it with `baton up`, or see what it says in its log",
    cause,
  });
}

function readTrailer(error: ServiceError) {
  const [value] = error.metadata?.get(trailer) ?? [];
  if (value === undefined) return undefined;
  try {
    const { type, where, next } = JSON.parse(value.toString()) as { type: string; where?: string; next?: string };
    if (!(type in failureRules)) return undefined;
    const context = { ...(where === undefined ? {} : { where }), ...(next === undefined ? {} : { next }) };
    return { type: type as FailureType, context };
  } catch {
    return undefined;
  }
}

function isStatus(error: unknown): error is ServiceError {
  return error instanceof Error && "code" in error && typeof error.code === "number" && "details" in error;
}

function isFull(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "code" in error && (error.code === "ENOSPC" || error.code === "EDQUOT");
}

/** The hub's disk is full; `cause` may be an ENOSPC error or git's words for it. */
export function diskFull(cause: Error): BatonFailure {
  return new BatonFailure("DiskFull", `The hub's disk is full (${cause.message})`, {
    where: "hub",
    next: "free some space in the hub's state folder",
    cause,
  });
}
