/** How a child process ended. There is no default: a killed process can never look like exit code 0. */
export type ProcessOutcome =
  | { readonly kind: "exited"; readonly code: number }
  | { readonly kind: "signaled"; readonly signal: string }
  | { readonly kind: "timedOut"; readonly afterMs: number }
  | { readonly kind: "canceled" }
  | { readonly kind: "notStarted"; readonly code: string; readonly message: string };

/** Why an agent failed; decides between waiting, asking and another attempt. */
export type AgentFailure = "auth" | "rateLimit" | "server" | "context" | "config" | "unknown";

/** What the agent's own protocol said about the end of its turn. */
export type AgentOutcome =
  | { readonly kind: "completed" }
  | { readonly kind: "failed"; readonly reason: AgentFailure; readonly detail: string; readonly retryAfterMs?: number }
  | { readonly kind: "limit"; readonly limit: "turnTime" | "tokens" | "usd" | "stalled" | "agent"; readonly detail: string }
  | { readonly kind: "interrupted"; readonly by: "person" | "shutdown" | "handoff" }
  | { readonly kind: "crashed"; readonly detail: string };

/** One line that names a process outcome the way a shell user would. */
export function describeProcess(outcome: ProcessOutcome): string {
  switch (outcome.kind) {
    case "exited":
      return `exit code ${outcome.code}`;
    case "signaled":
      return outcome.signal === "SIGKILL" ? "killed by SIGKILL (out of memory?)" : `killed by ${outcome.signal}`;
    case "timedOut":
      return `timed out after ${outcome.afterMs < 1000 ? `${outcome.afterMs} ms` : `${Math.round(outcome.afterMs / 1000)} s`}`;
    case "canceled":
      return "canceled";
    case "notStarted":
      return outcome.message;
  }
}
