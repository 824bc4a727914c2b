import type { AgentOutcome } from "../../domain/outcome.ts";
import { addUsage, noUsage, type Usage } from "../../domain/usage.ts";
import { classifyFailure } from "./classify-failure.ts";
import { claudeUsage, createCostMeter } from "./claude-usage.ts";
import { countAt, objectAt, objectsAt, textAt, type JsonRecord } from "./json-lines.ts";
import type { TurnLog } from "./turn-log.ts";

/** What `claude -p --output-format stream-json` has said so far. */
export interface ClaudeReader {
  readonly sessionId?: string;
  /** The last `result` record. */
  readonly result?: JsonRecord;
  /** `performance.now()` of that record, as long as nothing came after it. */
  readonly resultAt?: number;
  /** Consecutive retries because of a refused login. */
  readonly refused: number;
  readonly lastRetry: string;
  /** This process's usage so far: exact after a result, an estimate from below before. */
  usage(): Usage;
  /** `total_cost_usd` as claude last told it. */
  readonly totalUsd?: number;
  take(record: JsonRecord): "progress" | "retry";
  outcome(exit: { readonly code?: number; readonly finished: boolean; readonly stderr: string }): AgentOutcome;
}

interface State {
  sessionId?: string;
  result?: JsonRecord;
  resultAt?: number;
  refused: number;
  lastRetry: string;
  totalUsd?: number;
  resetsAt?: number;
}

export function createClaudeReader(log: TurnLog, before: Usage | undefined): ClaudeReader {
  const state: State = { refused: 0, lastRetry: "" };
  const tools = new Map<string, { name: string; detail: string }>();
  const estimates = new Map<string, Usage>();
  const meter = createCostMeter(before);
  return Object.assign(state, {
    usage: () => meter.told() ?? [...estimates.values()].reduce(addUsage, noUsage),
    take(record: JsonRecord): "progress" | "retry" {
      if (record["type"] !== "result") delete state.resultAt;
      switch (record["type"]) {
        case "system":
          return takeSystem(state, log, record);
        case "assistant":
          takeAssistant(log, tools, objectAt(record, "message"));
          noteUsage(estimates, objectAt(record, "message"));
          break;
        case "user":
          takeToolResults(log, tools, objectAt(record, "message"));
          break;
        case "rate_limit_event":
          takeRateLimit(state, objectAt(record, "rate_limit_info"));
          break;
        case "result":
          state.result = record;
          state.resultAt = performance.now();
          state.totalUsd = countAt(record, "total_cost_usd");
          meter.add(record);
          break;
      }
      return "progress";
    },
    outcome: (exit: Exit) => outcomeOf(state, exit),
  });
}

function takeSystem(state: State, log: TurnLog, record: JsonRecord): "progress" | "retry" {
  if (record["subtype"] === "init") {
    state.sessionId = textAt(record, "session_id") ?? "";
    log.emit({ kind: "session", id: state.sessionId });
  }
  if (record["subtype"] !== "api_retry") return "progress";
  const status = countAt(record, "error_status");
  const attempt = `attempt ${countAt(record, "attempt")} of ${countAt(record, "max_retries")}`;
  state.refused = status === 401 || status === 403 ? state.refused + 1 : 0;
  state.lastRetry = `${status === 0 ? "no answer" : status} ${textAt(record, "error") ?? ""}, ${attempt}`;
  log.emit({ kind: "retry", detail: state.lastRetry });
  return "retry";
}

function takeAssistant(log: TurnLog, tools: Map<string, { name: string; detail: string }>, message: JsonRecord): void {
  for (const block of objectsAt(message, "content")) {
    if (block["type"] === "text") log.emit({ kind: "message", text: textAt(block, "text") ?? "" });
    if (block["type"] !== "tool_use") continue;
    const tool = { name: textAt(block, "name") ?? "tool", detail: detailOf(objectAt(block, "input")) };
    tools.set(textAt(block, "id") ?? "", tool);
    if (tool.name === "Bash") log.command(tool.detail);
    log.emit({ kind: "tool", ...tool, status: "started" });
  }
}

function detailOf(input: JsonRecord): string {
  for (const key of ["command", "file_path", "notebook_path", "pattern", "url", "query", "description"]) {
    const value = textAt(input, key);
    if (value !== undefined) return value;
  }
  return "";
}

function takeToolResults(log: TurnLog, tools: Map<string, { name: string; detail: string }>, message: JsonRecord): void {
  for (const block of objectsAt(message, "content")) {
    if (block["type"] !== "tool_result") continue;
    const id = textAt(block, "tool_use_id") ?? "";
    const tool = tools.get(id);
    tools.delete(id);
    if (tool !== undefined) log.emit({ kind: "tool", ...tool, status: block["is_error"] === true ? "failed" : "done" });
  }
}

/** One message is repeated for each of its blocks, and its output is counted only later: never sum, keep one a message. */
function noteUsage(estimates: Map<string, Usage>, message: JsonRecord): void {
  estimates.set(textAt(message, "id") ?? "", claudeUsage(objectAt(message, "usage")));
}

function takeRateLimit(state: State, info: JsonRecord): void {
  if (info["status"] !== "rejected") return;
  const resets = countAt(info, "resetsAt");
  if (resets > 0) state.resetsAt = resets * 1000;
}

interface Exit {
  readonly code?: number;
  /** Baton ended the process after its result. */
  readonly finished: boolean;
  readonly stderr: string;
}

/** `subtype: success` says nothing: a refused login is a success with `is_error`. */
function outcomeOf(state: State, exit: Exit): AgentOutcome {
  const { result } = state;
  if (result === undefined) {
    const words = exit.stderr.trim() === "" ? `claude ended with exit code ${exit.code} and no result` : exit.stderr.trim();
    return exit.code === 0 ? { kind: "failed", reason: "unknown", detail: words } : classifyFailure(words);
  }
  if (result["is_error"] === false && (exit.code === 0 || exit.finished)) return { kind: "completed" };
  if (result["subtype"] === "error_max_budget_usd") return { kind: "limit", limit: "usd", detail: "claude reached its budget" };
  if (result["subtype"] === "error_max_turns") return { kind: "limit", limit: "agent", detail: "claude reached its --max-turns" };
  const errors = Array.isArray(result["errors"]) ? result["errors"].filter((error) => typeof error === "string") : [];
  const words = [textAt(result, "result"), ...errors].filter(Boolean).join("; ");
  const status = countAt(result, "api_error_status");
  const failed = classifyFailure(words, status === 0 ? undefined : status);
  if (failed.reason !== "rateLimit" || state.resetsAt === undefined) return failed;
  return { ...failed, retryAfterMs: Math.max(0, state.resetsAt - Date.now()) };
}
