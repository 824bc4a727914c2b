import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { lastJsonValue } from "../../domain/json-in-text.ts";
import { noUsage } from "../../domain/usage.ts";
import { classifyFailure, limitedBy } from "../agents/classify-failure.ts";
import { claudeEnvironment } from "../agents/claude-environment.ts";
import { createCostMeter } from "../agents/claude-usage.ts";
import { findExecutable } from "../agents/find-executable.ts";
import { countAt, textAt, type JsonRecord } from "../agents/json-lines.ts";
import { priced } from "../agents/priced.ts";
import { turnTemp } from "../agents/supervise-agent.ts";
import type { AgentQuestion, Answer, AskedAgent } from "./question.ts";
import { askedMissing, askedProblem, runAsked } from "./run-asked.ts";

/**
 * Claude with tools to read at most. It runs in an empty folder: settings and hooks in the checkout could have been written
 * by the worker.
 */
export async function askClaude(question: AgentQuestion): Promise<Answer> {
  const { agent, role, prompt } = question;
  const found = await findExecutable(agent.bin ?? "claude", question.env);
  if ("problem" in found) throw askedMissing(question, found.problem);
  const cwd = await mkdtemp(join(turnTemp(question.env), `baton-${role}-`));
  const model = agent.model === undefined ? [] : ["--model", agent.model];
  const tools = question.reads ? ["--add-dir", question.cwd, "--tools", "Read,Glob,Grep"] : ["--tools", ""];
  const shape = ["--json-schema", JSON.stringify(question.schema)];
  const args = ["-p", "--output-format", "json", "--no-session-persistence", ...model, ...tools, ...shape, ...agent.args];
  try {
    const env = claudeEnvironment(question.env, role);
    const result = await runAsked(question, { file: found.path, args, cwd, env, stdin: prompt });
    const record = resultRecord(result.stdout.toString("utf8"));
    if (record === undefined)
      return { problem: askedProblem(question, result) ?? "claude gave no result", usage: noUsage, again: false };
    return answerOf(record, agent);
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
}

function resultRecord(stdout: string): JsonRecord | undefined {
  const value = lastJsonValue(stdout);
  const records = (Array.isArray(value) ? value : [value]) as (JsonRecord | undefined)[];
  return records.findLast((record) => record?.["type"] === "result");
}

/** Claude calls it a success, too, when the model never gave the structured answer. */
function answerOf(record: JsonRecord, agent: AskedAgent): Answer {
  const meter = createCostMeter(undefined);
  meter.add(record);
  const usage = priced(meter.told() ?? noUsage, agent.price);
  if (record["is_error"] !== false) {
    const status = countAt(record, "api_error_status");
    const failed = classifyFailure(textAt(record, "result") ?? "claude failed", status === 0 ? undefined : status);
    return { problem: `claude failed (${failed.reason}): ${failed.detail}`, usage, again: false, ...limitedBy(failed) };
  }
  if (record["structured_output"] === undefined) return { answer: textAt(record, "result") ?? "", usage };
  return { answer: record["structured_output"], usage };
}
