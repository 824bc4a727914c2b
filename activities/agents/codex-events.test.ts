import { expect, test } from "vitest";
import type { AgentEvent } from "./agent.ts";
import { createCodexReader } from "./codex-events.ts";
import { createTurnLog } from "./turn-log.ts";

function read(...records: Record<string, unknown>[]) {
  const events: AgentEvent[] = [];
  const log = createTurnLog((event) => events.push(event));
  const reader = createCodexReader(log);
  const kinds = records.map((record) => reader.take(record));
  return { events, log, reader, kinds };
}

const completed = { type: "turn.completed", usage: { input_tokens: 3000, cached_input_tokens: 1200, output_tokens: 150 } };

test("cached tokens are taken out of codex's input", () => {
  expect(read(completed).reader.totals).toEqual({ input: 1800, cached: 1200, output: 150 });
});

test("commands become tool events without the shell around them", () => {
  const item = { id: "item_0", type: "command_execution", command: "/bin/bash -lc 'npm test'" };
  const { events, log } = read(
    { type: "item.started", item: { ...item, status: "in_progress" } },
    { type: "item.completed", item: { ...item, status: "failed", exit_code: 1 } },
  );
  expect(events).toEqual([
    { kind: "tool", name: "shell", detail: "npm test", status: "started" },
    { kind: "tool", name: "shell", detail: "npm test", status: "failed" },
  ]);
  expect(log.toolCalls).toBe(1);
  expect(log.commands()).toMatch(/^[0-9a-f]{16}$/);
});

test("a reconnect is a retry, not progress", () => {
  const { kinds, events } = read({ type: "error", message: "Reconnecting... waiting for network" });
  expect(kinds).toEqual(["retry"]);
  expect(events).toEqual([{ kind: "retry", detail: "Reconnecting... waiting for network" }]);
});

test("only a completed turn with exit code 0 is completed", () => {
  const { reader } = read(completed);
  expect(reader.outcome({ code: 0, stderr: "" })).toEqual({ kind: "completed" });
  expect(reader.outcome({ code: 1, stderr: "" })).toMatchObject({ kind: "failed" });
  expect(read().reader.outcome({ code: 0, stderr: "" })).toMatchObject({ kind: "failed", reason: "unknown" });
});

test("the service's words are taken out of a failed turn's JSON", () => {
  const message = JSON.stringify({ error: { type: "invalid_request_error", message: "model gpt-9 does not exist" } });
  const { reader } = read({ type: "turn.failed", error: { message } });
  expect(reader.outcome({ code: 1, stderr: "" })).toMatchObject({
    reason: "config",
    detail: "invalid_request_error: model gpt-9 does not exist",
  });
});

test("unknown records and items are ignored", () => {
  const { events } = read({ type: "news.today" }, { type: "item.completed", item: { type: "hologram" } }, {});
  expect(events).toEqual([]);
});
