import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { APICallError, generateText, RetryError, type LanguageModel, type LanguageModelUsage } from "ai";
import { BatonFailure } from "../../domain/failure.ts";
import type { ModelJudge } from "../../domain/goal.ts";
import { noUsage, type Usage } from "../../domain/usage.ts";
import { classifyFailure } from "../agents/classify-failure.ts";
import { priced } from "../agents/priced.ts";
import type { JudgeAnswer, JudgeQuestion } from "./judge-question.ts";

const openAi = "https://api.openai.com/v1";
const maxOutputTokens = 8000;

/** A model of any vendor through the AI SDK. The schema is in the prompt, so a server needs to know nothing about schemas. */
export async function askModel(question: JudgeQuestion<ModelJudge>): Promise<JudgeAnswer> {
  const { request, judge, prompt, timeoutMs } = question;
  const model = modelOf(judge, request.env);
  const abortSignal = AbortSignal.any([request.signal, AbortSignal.timeout(Math.max(1, Math.round(timeoutMs)))]);
  try {
    const { text, usage } = await generateText({ model, prompt, maxOutputTokens, maxRetries: 2, abortSignal });
    return { answer: text, usage: priced(usageOf(usage), judge.price) };
  } catch (error) {
    return { problem: problemOf(error, judge), usage: noUsage, again: false };
  }
}

function modelOf(judge: ModelJudge, env: Readonly<Record<string, string>>): LanguageModel {
  const base = judge.baseUrl === undefined ? {} : { baseURL: judge.baseUrl };
  if (judge.provider === "anthropic") {
    return createAnthropic({ apiKey: keyOf(judge.apiKeyEnv ?? "ANTHROPIC_API_KEY", env), ...base })(judge.model);
  }
  // A server of one's own, named by its address, often wants no key.
  const name = judge.apiKeyEnv ?? (judge.baseUrl === undefined ? "OPENAI_API_KEY" : undefined);
  const key = name === undefined ? {} : { apiKey: keyOf(name, env) };
  return createOpenAICompatible({ name: "judge", baseURL: judge.baseUrl ?? openAi, ...key })(judge.model);
}

function keyOf(name: string, env: Readonly<Record<string, string>>): string {
  const key = env[name] ?? process.env[name];
  if (key !== undefined && key !== "") return key;
  throw new BatonFailure("AgentUnavailable", `the model judge has no key: ${name} is not set on this host`, {
    next: `Set ${name} where the host runs, or name another variable in the judge's \`api_key_env\`.`,
  });
}

function usageOf(usage: LanguageModelUsage): Usage {
  const cached = usage.inputTokenDetails.cacheReadTokens ?? 0;
  return { input: Math.max(0, (usage.inputTokens ?? 0) - cached), cached, output: usage.outputTokens ?? 0 };
}

function problemOf(error: unknown, judge: ModelJudge): string {
  const last = RetryError.isInstance(error) ? error.lastError : error;
  if (APICallError.isInstance(last)) {
    const failed = classifyFailure(last.message, last.statusCode);
    return `${judge.model} failed (${failed.reason}${last.statusCode === undefined ? "" : `, HTTP ${last.statusCode}`}): ${failed.detail}`;
  }
  const name = last instanceof Error ? last.name : "";
  if (name === "TimeoutError" || name === "AbortError") return `${judge.model} gave no answer in time`;
  return `${judge.model} failed: ${last instanceof Error ? last.message : String(last)}`;
}
