import { expect, test } from "vitest";
import type { Usage } from "../../domain/usage.ts";
import type { AgentEvent } from "./agent.ts";
import { createClaudeReader } from "./claude-events.ts";
import { createTurnLog } from "./turn-log.ts";

function read(records: readonly Record<string, unknown>[], before?: Usage) {
  const events: AgentEvent[] = [];
  const reader = createClaudeReader(
    createTurnLog((event) => events.push(event)),
    before,
  );
  const kinds = records.map((record) => reader.take(record));
  return { events, reader, kinds };
}

const usage = { input_tokens: 600, cache_read_input_tokens: 400, output_tokens: 50 };
const result = { type: "result", subtype: "success", is_error: false, usage, result: "done", total_cost_usd: 0.5 };
const exit = { code: 0, finished: false, stderr: "" };

test("a success with is_error is the failure that its status says", () => {
  const { reader } = read([{ ...result, is_error: true, api_error_status: 401, result: "Failed to authenticate" }]);
  expect(reader.outcome({ ...exit, code: 1 })).toMatchObject({ kind: "failed", reason: "auth" });
});

test("exit code 0 without a result is no success", () => {
  expect(read([]).reader.outcome(exit)).toMatchObject({ kind: "failed", reason: "unknown" });
});

test("a good result with a bad exit code is no success", () => {
  expect(read([result]).reader.outcome({ ...exit, code: 1 })).toMatchObject({ kind: "failed" });
  expect(read([result]).reader.outcome(exit)).toEqual({ kind: "completed" });
});

test.each([
  ["error_max_turns", "agent"],
  ["error_max_budget_usd", "usd"],
])("%s is a limit, not a failure", (subtype, limit) => {
  const { reader } = read([{ ...result, subtype, is_error: true }]);
  expect(reader.outcome({ ...exit, code: 1 })).toMatchObject({ kind: "limit", limit });
});

test("a cost that runs over the session is counted from where the session was", () => {
  const models = { m: { inputTokens: 1200, cacheReadInputTokens: 800, outputTokens: 100, costUSD: 0.5 } };
  const { reader } = read([{ ...result, modelUsage: models }], { input: 600, cached: 400, output: 50, usd: 0.2 });
  expect(reader.usage()).toEqual({ input: 600, cached: 400, output: 50, usd: 0.3 });
});

test("a cost of the process alone is counted whole", () => {
  const models = { m: { inputTokens: 600, cacheReadInputTokens: 400, outputTokens: 50, costUSD: 0.5 } };
  const { reader } = read([{ ...result, modelUsage: models }], { input: 600, cached: 400, output: 50, usd: 0.2 });
  expect(reader.usage().usd).toBe(0.5);
});

test("what claude says it used since the last result includes its subagents", () => {
  const since = {
    big: { inputTokens: 600, cacheReadInputTokens: 400, outputTokens: 50, costUSD: 0.25 },
    small: { inputTokens: 100, outputTokens: 10, costUSD: 0.25 },
  };
  const { reader } = read([{ ...result, model_usage_since_last_result: since }]);
  expect(reader.usage()).toEqual({ input: 700, cached: 400, output: 60, usd: 0.5 });
});

test("before a result, each message counts once however often it is repeated", () => {
  const message = { type: "assistant", message: { id: "m1", content: [], usage: { ...usage, output_tokens: 1 } } };
  const { reader } = read([message, message, { ...message, message: { ...message.message, id: "m2" } }]);
  expect(reader.usage()).toEqual({ input: 1200, cached: 800, output: 2 });
});

test("tools are told with what they were called with, and how they ended", () => {
  const { events } = read([
    { type: "assistant", message: { content: [{ type: "tool_use", id: "t1", name: "Bash", input: { command: "npm test" } }] } },
    { type: "user", message: { content: [{ type: "tool_result", tool_use_id: "t1", is_error: true }] } },
  ]);
  expect(events).toEqual([
    { kind: "tool", name: "Bash", detail: "npm test", status: "started" },
    { kind: "tool", name: "Bash", detail: "npm test", status: "failed" },
  ]);
});

test("a refused login is counted until something else happens", () => {
  const retry = {
    type: "system",
    subtype: "api_retry",
    attempt: 1,
    max_retries: 10,
    error_status: 401,
    error: "authentication_failed",
  };
  const { reader, kinds } = read([retry, retry]);
  expect(kinds).toEqual(["retry", "retry"]);
  expect(reader.refused).toBe(2);
});
