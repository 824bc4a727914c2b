import type { AgentOutcome } from "../../domain/outcome.ts";
import type { Usage } from "../../domain/usage.ts";
import { classifyFailure } from "./classify-failure.ts";
import { countAt, objectAt, objectsAt, textAt, type JsonRecord } from "./json-lines.ts";
import type { TurnLog } from "./turn-log.ts";

/** What `codex exec --json` has said so far. */
export interface CodexReader {
  readonly sessionId?: string;
  /** Cumulative over the thread, as codex counts. */
  readonly totals?: Usage;
  /** Takes a record; says whether it is progress, a retry without progress, or nothing. */
  take(record: JsonRecord): "progress" | "retry";
  readonly lastError: string;
  outcome(exit: { readonly code?: number; readonly stderr: string }): AgentOutcome;
}

export function createCodexReader(log: TurnLog): CodexReader {
  const state: { sessionId?: string; totals?: Usage; lastError: string; failed?: string; completed: boolean } = {
    lastError: "",
    completed: false,
  };
  return Object.assign(state, {
    take(record: JsonRecord) {
      switch (record["type"]) {
        case "thread.started":
          state.sessionId = textAt(record, "thread_id") ?? "";
          log.emit({ kind: "session", id: state.sessionId });
          break;
        case "item.started":
        case "item.completed":
          takeItem(log, record["type"], objectAt(record, "item"));
          break;
        case "turn.completed":
          state.completed = true;
          state.totals = codexUsage(objectAt(record, "usage"));
          break;
        case "turn.failed":
          state.failed = textAt(objectAt(record, "error"), "message") ?? "";
          break;
        case "error":
          state.lastError = textAt(record, "message") ?? "";
          log.emit({ kind: "retry", detail: state.lastError });
          return "retry" as const;
      }
      return "progress" as const;
    },
    outcome({ code, stderr }: { code?: number; stderr: string }): AgentOutcome {
      if (state.completed && code === 0) return { kind: "completed" };
      if (state.failed !== undefined) return classifyFailure(plainError(state.failed));
      const words = state.lastError === "" ? startError(stderr) : plainError(state.lastError);
      if (code === 0)
        return { kind: "failed", reason: "unknown", detail: `codex ended without completing its turn. ${words}`.trim() };
      return classifyFailure(words === "" ? `codex ended with exit code ${code}` : words);
    },
  });
}

/** Codex counts cached tokens inside `input_tokens`. */
export function codexUsage(raw: JsonRecord): Usage {
  const cached = countAt(raw, "cached_input_tokens");
  return { input: Math.max(0, countAt(raw, "input_tokens") - cached), cached, output: countAt(raw, "output_tokens") };
}

function takeItem(log: TurnLog, type: unknown, item: JsonRecord): void {
  const started = type === "item.started";
  const status = started ? "started" : /failed|declined|error/.test(textAt(item, "status") ?? "") ? "failed" : "done";
  switch (item["type"]) {
    case "agent_message":
      if (!started) log.emit({ kind: "message", text: textAt(item, "text") ?? "" });
      break;
    case "command_execution": {
      const command = bareCommand(textAt(item, "command") ?? "");
      if (started) log.command(command);
      log.emit({ kind: "tool", name: "shell", detail: command, status });
      break;
    }
    case "file_change": {
      const paths = objectsAt(item, "changes").map((change) => textAt(change, "path") ?? "");
      // Some versions tell a change only when it is done; it is a tool call all the same.
      if (!started) log.emit({ kind: "tool", name: "edit", detail: paths.join(", "), status: "started" });
      if (!started) log.emit({ kind: "tool", name: "edit", detail: paths.join(", "), status });
      break;
    }
    case "mcp_tool_call":
      log.emit({ kind: "tool", name: `${textAt(item, "server")}.${textAt(item, "tool")}`, detail: "", status });
      break;
    case "web_search":
      log.emit({ kind: "tool", name: "web search", detail: textAt(item, "query") ?? "", status });
      break;
  }
}

function bareCommand(command: string): string {
  const quoted = /^\S*\/?(?:ba|z)?sh -l?c (['"])([\s\S]*)\1$/.exec(command);
  return quoted?.[2] ?? command;
}

/** An HTTP 400 arrives as the service's JSON body. */
function plainError(message: string): string {
  try {
    const body = JSON.parse(message) as JsonRecord;
    const error = objectAt(body, "error");
    const kind = textAt(error, "type") ?? textAt(error, "code");
    return [kind, textAt(error, "message") ?? message].filter(Boolean).join(": ");
  } catch {
    return message;
  }
}

/** The end of stderr without codex's backtrace and warnings. */
function startError(stderr: string): string {
  const lines = stderr
    .split("\n")
    .filter((line) => line.trim() !== "" && !/^\s*(\d+: |Stack backtrace|WARNING|Reading )/.test(line));
  return lines.slice(0, 20).join("\n").slice(0, 2000);
}
