import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { lastJsonValue } from "../../domain/json-in-text.ts";
import { noUsage } from "../../domain/usage.ts";
import { classifyFailure } from "../agents/classify-failure.ts";
import { claudeEnvironment } from "../agents/claude-environment.ts";
import { createCostMeter } from "../agents/claude-usage.ts";
import { findExecutable } from "../agents/find-executable.ts";
import { countAt, textAt, type JsonRecord } from "../agents/json-lines.ts";
import { priced } from "../agents/priced.ts";
import { turnTemp } from "../agents/supervise-agent.ts";
import type { AgentJudge, JudgeAnswer, JudgeQuestion } from "./judge-question.ts";
import { judgeMissing, judgeProblem, runJudge } from "./run-judge.ts";
import { verdictJsonSchema } from "./verdict-schema.ts";

/** Claude without tools. It runs in an empty folder: settings and hooks in the checkout could have been written by the worker. */
export async function askClaude(question: JudgeQuestion<AgentJudge>): Promise<JudgeAnswer> {
  const { request, judge, prompt } = question;
  const found = await findExecutable(judge.bin ?? "claude", request.env);
  if ("problem" in found) throw judgeMissing("claude", found.problem);
  const cwd = await mkdtemp(join(turnTemp(request.env), "baton-judge-"));
  const model = judge.model === undefined ? [] : ["--model", judge.model];
  const shape = ["--tools", "", "--json-schema", JSON.stringify(verdictJsonSchema)];
  const args = ["-p", "--output-format", "json", "--no-session-persistence", ...model, ...shape, ...judge.args];
  try {
    const env = claudeEnvironment(request.env, "judge");
    const result = await runJudge(question, { file: found.path, args, cwd, env, stdin: prompt });
    const record = resultRecord(result.stdout.toString("utf8"));
    if (record === undefined) return { problem: judgeProblem(result) ?? "claude gave no result", usage: noUsage, again: false };
    return answerOf(record, judge);
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
function answerOf(record: JsonRecord, judge: AgentJudge): JudgeAnswer {
  const meter = createCostMeter(undefined);
  meter.add(record);
  const usage = priced(meter.told() ?? noUsage, judge.price);
  if (record["is_error"] !== false) {
    const status = countAt(record, "api_error_status");
    const failed = classifyFailure(textAt(record, "result") ?? "claude failed", status === 0 ? undefined : status);
    return { problem: `claude failed (${failed.reason}): ${failed.detail}`, usage, again: false };
  }
  if (record["structured_output"] === undefined) return { answer: textAt(record, "result") ?? "", usage };
  return { answer: record["structured_output"], usage };
}
