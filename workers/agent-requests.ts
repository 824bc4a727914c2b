import { isGrpcServiceError, WorkflowNotFoundError, WorkflowUpdateFailedError, type Client } from "@temporalio/client";
import { ApplicationFailure } from "@temporalio/common";
import type { AgentRequests } from "../activities/host-context.ts";
import { BatonFailure } from "../domain/failure.ts";
import { subagentsQuery, subagentsUpdate, threadWorkflowId } from "../workflows/messages.ts";

const withinMs = 60_000;

/** Carries what agents ask to their threads. Asking again is harmless: equal requests have equal keys. */
export function agentRequests(client: Client): AgentRequests {
  const call = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await client.withDeadline(Date.now() + withinMs, work);
    } catch (error) {
      throw explained(error);
    }
  };
  const handle = (thread: string) => client.workflow.getHandle(threadWorkflowId(thread));
  return {
    ask: (thread, request) => call(() => handle(thread).executeUpdate(subagentsUpdate, { args: [request] })),
    look: (thread) => call(() => handle(thread).query(subagentsQuery)),
  };
}

function explained(error: unknown): unknown {
  if (error instanceof WorkflowUpdateFailedError) {
    const { cause } = error;
    const type = cause instanceof ApplicationFailure && cause.type === "StaleEpoch" ? "StaleEpoch" : "Conflict";
    return new BatonFailure(type, cause?.message ?? error.message, { cause: error });
  }
  if (error instanceof WorkflowNotFoundError) return new BatonFailure("StaleEpoch", "the thread is over", { cause: error });
  if (!isGrpcServiceError(error) && !isGrpcServiceError((error as Error).cause)) return error;
  return new BatonFailure("TemporalUnreachable", "Baton's services do not answer", {
    next: "Try again in a while",
    cause: error,
  });
}
