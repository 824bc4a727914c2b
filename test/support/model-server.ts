import { appendFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { chat, messages, responses, type Protocol } from "./model-server-protocols.ts";
import { nextReply, type Message, type Reply } from "./model-server-script.ts";

/** One model call as the server saw it. */
export interface ModelRequest {
  readonly kind: string;
  readonly model: string;
  readonly tools: readonly string[];
  readonly roles: readonly Message["role"][];
  readonly step: number;
  readonly reply: Reply["kind"];
  /** Everything the request said, for assertions on prompts. */
  readonly text: string;
}

export interface ModelServer {
  /** `http://127.0.0.1:<port>`: base URL for claude; codex and OpenAI clients add `/v1`. */
  readonly url: string;
  readonly requests: readonly ModelRequest[];
  close(): Promise<void>;
}

const protocols: Readonly<Record<string, Protocol>> = {
  "/v1/responses": responses,
  "/v1/messages": messages,
  "/v1/chat/completions": chat,
};

type Json = Readonly<Record<string, unknown>>;

/** A model that does what the prompt's script says. Port 0 asks the kernel; `log` gets one JSON line a request. */
export async function startModelServer(options: { port?: number; log?: string } = {}): Promise<ModelServer> {
  const requests: ModelRequest[] = [];
  const note = (entry: object): void => {
    if (options.log !== undefined) appendFileSync(options.log, `${JSON.stringify(entry)}\n`);
  };
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    const protocol = protocols[path];
    if (request.method !== "POST" || protocol === undefined) return sideRequest(path, response, note);
    request.on("aborted", () => note({ aborted: path }));
    bodyOf(request)
      .then((body) => {
        const entry = answer(protocol, body, response);
        requests.push(entry);
        note(entry);
      })
      .catch((error: unknown) => {
        note({ path, error: String(error) });
        response.destroy();
      });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests, close };
}

function answer(protocol: Protocol, body: Json, response: ServerResponse): ModelRequest {
  const said = protocol.messages(body);
  const tools = protocol.tools(body);
  const { step, reply } = nextReply(said, tools);
  const model = String(body["model"]);
  send({ protocol, model, streamed: body["stream"] === true }, reply, response);
  const roles = said.map(({ role }) => role);
  return { kind: protocol.kind, model, tools, roles, step, reply: reply.kind, text: said.map(({ text }) => text).join("\n") };
}

interface Call {
  readonly protocol: Protocol;
  readonly model: string;
  readonly streamed: boolean;
}

function send(call: Call, reply: Reply, response: ServerResponse): void {
  if (reply.kind === "drop") {
    response.destroy();
  } else if (reply.kind === "status") {
    const wait = reply.retryAfter === undefined ? {} : { "retry-after": String(reply.retryAfter) };
    response.writeHead(reply.status, { "content-type": "application/json", ...wait });
    response.end(JSON.stringify({ type: "error", error: { type: errorType(reply.status), message: reply.message } }));
  } else if (reply.kind === "hang") {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(": nothing more will come\n\n");
  } else if (call.streamed) {
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (const event of call.protocol.stream(reply, call.model)) {
      const name = typeof event["type"] === "string" ? `event: ${event["type"]}\n` : "";
      response.write(`${name}data: ${JSON.stringify(event)}\n\n`);
    }
    response.end(call.protocol === chat ? "data: [DONE]\n\n" : "");
  } else {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify(call.protocol.whole(reply, call.model)));
  }
}

function errorType(status: number): string {
  if (status === 401) return "authentication_error";
  if (status === 429) return "rate_limit_error";
  return status >= 500 ? "api_error" : "invalid_request_error";
}

/** What agents ask besides the model itself: token counts, model lists, telemetry. */
function sideRequest(path: string, response: ServerResponse, note: (entry: object) => void): void {
  const known: Readonly<Record<string, object>> = {
    "/v1/messages/count_tokens": { input_tokens: 1000 },
    "/v1/models": { object: "list", data: [], models: [] },
  };
  const body = known[path];
  if (body === undefined) note({ unknown: path });
  response.writeHead(body === undefined ? 404 : 200, { "content-type": "application/json" });
  response.end(JSON.stringify(body ?? { error: { message: `no ${path} here` } }));
}

async function bodyOf(request: IncomingMessage): Promise<Json> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString("utf8")) as Json;
}
