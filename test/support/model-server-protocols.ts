import { randomUUID } from "node:crypto";
import type { Message, Reply } from "./model-server-script.ts";

/** Usage of every single model call, whatever the protocol calls its parts. */
const callUsage = { input: 600, cached: 400, output: 50 };

type Json = Readonly<Record<string, unknown>>;

/** One wire protocol: how to read its requests, and the stream or body that carries a reply. */
export interface Protocol {
  readonly kind: string;
  messages(body: Json): Message[];
  tools(body: Json): string[];
  stream(reply: Extract<Reply, { kind: "text" | "tool" }>, model: string): Json[];
  whole(reply: Extract<Reply, { kind: "text" | "tool" }>, model: string): Json;
}

const textOf = (content: unknown): string => {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.map((part: Json) => (typeof part["text"] === "string" ? part["text"] : "")).join("\n");
};

const list = (value: unknown): Json[] => (Array.isArray(value) ? (value as Json[]) : []);

const responsesUsage = {
  input_tokens: callUsage.input + callUsage.cached,
  input_tokens_details: { cached_tokens: callUsage.cached },
  output_tokens: callUsage.output,
  output_tokens_details: { reasoning_tokens: 10 },
  total_tokens: callUsage.input + callUsage.cached + callUsage.output,
};

function responsesItem(reply: Extract<Reply, { kind: "text" | "tool" }>): Json {
  const id = randomUUID();
  if (reply.kind === "text") {
    return { type: "message", id: `msg_${id}`, role: "assistant", content: [{ type: "output_text", text: reply.text }] };
  }
  const args = JSON.stringify(reply.input);
  const [, namespace, name] = /^(mcp__[a-z]+)__(.+)$/.exec(reply.name) ?? [];
  const called = namespace === undefined ? { name: reply.name } : { name, namespace };
  return { type: "function_call", id: `fc_${id}`, call_id: `call_${id}`, ...called, arguments: args };
}

/** OpenAI Responses, as codex speaks it. */
export const responses: Protocol = {
  kind: "responses",
  messages: (body) =>
    list(body["input"]).flatMap((item): Message[] => {
      if (String(item["type"]).endsWith("_call_output")) return [{ role: "tool", text: textOf(item["output"]) }];
      if (item["role"] === undefined) return [];
      return [
        { role: item["role"] === "developer" ? "system" : (item["role"] as Message["role"]), text: textOf(item["content"]) },
      ];
    }),
  tools: (body) =>
    list(body["tools"]).flatMap((tool) => {
      const name = String(tool["name"] ?? tool["type"]);
      // Those of an MCP server come together.
      return tool["type"] === "namespace" ? list(tool["tools"]).map((each) => `${name}__${String(each["name"])}`) : [name];
    }),
  stream(reply, model) {
    const response = { id: `resp_${randomUUID()}`, model };
    const item = responsesItem(reply);
    const delta = reply.kind === "text" ? [{ type: "response.output_text.delta", delta: reply.text }] : [];
    return [
      { type: "response.created", response },
      { type: "response.output_item.added", output_index: 0, item },
      ...delta,
      { type: "response.output_item.done", output_index: 0, item },
      { type: "response.completed", response: { ...response, usage: responsesUsage } },
    ];
  },
  whole: (reply, model) => ({ id: `resp_${randomUUID()}`, model, output: [responsesItem(reply)], usage: responsesUsage }),
};

const messagesUsage = {
  input_tokens: callUsage.input,
  cache_read_input_tokens: callUsage.cached,
  cache_creation_input_tokens: 0,
};

/** Anthropic Messages, as claude and the AI SDK speak it. */
export const messages: Protocol = {
  kind: "messages",
  messages: (body) =>
    list(body["messages"]).flatMap((message): Message[] => {
      const results = list(message["content"]).filter(({ type }) => type === "tool_result");
      const tools = results.map((result): Message => ({ role: "tool", text: textOf(result["content"]) }));
      const text = textOf(message["content"]);
      return text === "" ? tools : [...tools, { role: message["role"] as Message["role"], text }];
    }),
  tools: (body) => list(body["tools"]).map((tool) => String(tool["name"])),
  stream(reply, model) {
    const whole = messages.whole(reply, model);
    const block = reply.kind === "text" ? { type: "text", text: "" } : { ...list(whole["content"])[0], input: {} };
    const delta =
      reply.kind === "text"
        ? { type: "text_delta", text: reply.text }
        : { type: "input_json_delta", partial_json: JSON.stringify(reply.input) };
    return [
      {
        type: "message_start",
        message: { ...whole, content: [], stop_reason: null, usage: { ...messagesUsage, output_tokens: 1 } },
      },
      { type: "content_block_start", index: 0, content_block: block },
      { type: "content_block_delta", index: 0, delta },
      { type: "content_block_stop", index: 0 },
      {
        type: "message_delta",
        delta: { stop_reason: whole["stop_reason"], stop_sequence: null },
        usage: { output_tokens: callUsage.output },
      },
      { type: "message_stop" },
    ];
  },
  whole: (reply, model) => ({
    id: `msg_${randomUUID()}`,
    type: "message",
    role: "assistant",
    model,
    content: [
      reply.kind === "text"
        ? { type: "text", text: reply.text }
        : { type: "tool_use", id: `toolu_${randomUUID()}`, name: reply.name, input: reply.input },
    ],
    stop_reason: reply.kind === "text" ? "end_turn" : "tool_use",
    stop_sequence: null,
    usage: { ...messagesUsage, output_tokens: callUsage.output },
  }),
};

const chatUsage = {
  prompt_tokens: callUsage.input + callUsage.cached,
  prompt_tokens_details: { cached_tokens: callUsage.cached },
  completion_tokens: callUsage.output,
  total_tokens: callUsage.input + callUsage.cached + callUsage.output,
};

function chatMessage(reply: Extract<Reply, { kind: "text" | "tool" }>): Json {
  if (reply.kind === "text") return { role: "assistant", content: reply.text };
  const call = { index: 0, id: `call_${randomUUID()}`, type: "function" };
  return {
    role: "assistant",
    content: null,
    tool_calls: [{ ...call, function: { name: reply.name, arguments: JSON.stringify(reply.input) } }],
  };
}

/** OpenAI Chat Completions, as most compatible servers and the AI SDK speak it. */
export const chat: Protocol = {
  kind: "chat",
  messages: (body) =>
    list(body["messages"]).map((message) => ({ role: message["role"] as Message["role"], text: textOf(message["content"]) })),
  tools: (body) => list(body["tools"]).map((tool) => String((tool["function"] as Json | undefined)?.["name"])),
  stream(reply, model) {
    const chunk = { id: `chatcmpl-${randomUUID()}`, object: "chat.completion.chunk", created: 0, model };
    const finish_reason = reply.kind === "text" ? "stop" : "tool_calls";
    return [
      { ...chunk, choices: [{ index: 0, delta: chatMessage(reply), finish_reason: null }] },
      { ...chunk, choices: [{ index: 0, delta: {}, finish_reason }] },
      { ...chunk, choices: [], usage: chatUsage },
    ];
  },
  whole: (reply, model) => ({
    id: `chatcmpl-${randomUUID()}`,
    object: "chat.completion",
    created: 0,
    model,
    choices: [{ index: 0, message: chatMessage(reply), finish_reason: reply.kind === "text" ? "stop" : "tool_calls" }],
    usage: chatUsage,
  }),
};
