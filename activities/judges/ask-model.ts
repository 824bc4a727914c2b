import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { APICallError, generateText, RetryError, type LanguageModel, type LanguageModelUsage } from "ai";
import { BatonFailure } from "../../domain/failure.ts";
import type { ModelJudge } from "../../domain/goal.ts";
import { modelKeyName } from "../../domain/model-key.ts";
import { noUsage, type Usage } from "../../domain/usage.ts";
import { classifyFailure, limitedBy } from "../agents/classify-failure.ts";
import { priced } from "../agents/priced.ts";
import type { Answer } from "../asking/question.ts";

const openAi = "https://api.openai.com/v1";
const maxOutputTokens = 8000;

interface ModelQuestion {
  readonly judge: ModelJudge;
  readonly prompt: string;
  /** Milliseconds that are left for the answer. */
  readonly timeoutMs: number;
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** A model of any vendor through the AI SDK. The schema is in the prompt, so a server needs to know nothing about schemas. */
export async function askModel(question: ModelQuestion): Promise<Answer> {
  const { judge, env, signal, prompt, timeoutMs } = question;
  const model = modelOf(judge, env);
  const abortSignal = AbortSignal.any([signal, AbortSignal.timeout(Math.max(1, Math.round(timeoutMs)))]);
  try {
    const { text, usage } = await generateText({ model, prompt, maxOutputTokens, maxRetries: 2, abortSignal });
    return { answer: text, usage: priced(usageOf(usage), judge.price) };
  } catch (error) {
    return { ...problemOf(error, judge), usage: noUsage, again: false };
  }
}

function modelOf(judge: ModelJudge, env: Readonly<Record<string, string>>): LanguageModel {
  const base = judge.baseUrl === undefined ? {} : { baseURL: judge.baseUrl };
  const name = modelKeyName(judge);
  const key = name === undefined ? {} : { apiKey: keyOf(name, env) };
  if (judge.provider === "anthropic") return createAnthropic({ ...key, ...base })(judge.model);
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

function problemOf(error: unknown, judge: ModelJudge): Pick<Extract<Answer, { problem: string }>, "problem" | "limited"> {
  const last = RetryError.isInstance(error) ? error.lastError : error;
  if (APICallError.isInstance(last)) {
    const failed = classifyFailure(messageOf(last), last.statusCode);
    const status = last.statusCode === undefined ? "" : `, HTTP ${last.statusCode}`;
    return { problem: `${judge.model} failed (${failed.reason}${status}): ${failed.detail}`, ...limitedBy(failed) };
  }
  const name = last instanceof Error ? last.name : "";
  if (name === "TimeoutError" || name === "AbortError") return { problem: `${judge.model} gave no answer in time` };
  return { problem: `${judge.model} failed: ${last instanceof Error ? last.message : String(last)}` };
}

/** With what the server says about when to come back. */
function messageOf({ message, responseHeaders }: APICallError): string {
  const again = responseHeaders?.["retry-after"];
  return again !== undefined && /^\d+$/.test(again) ? `${message} (retry-after: ${again}s)` : message;
}
