import type { Socket } from "node:net";

const mostBytes = 2_000_000;

/** One request of an agent's tool, and its answer, as a line of JSON each. */
export interface ToolCall {
  readonly id: number;
  readonly tool: string;
  readonly input: unknown;
}

export type ToolAnswer = { readonly id: number; readonly value: unknown } | { readonly id: number; readonly error: string };

/** Reads JSON lines; a peer that sends something else, or a line without end, is hung up on. */
export function readMessages(socket: Socket, take: (message: unknown) => void): void {
  let rest = "";
  socket.setEncoding("utf8");
  socket.on("data", (chunk: string) => {
    const lines = `${rest}${chunk}`.split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > mostBytes) return void socket.destroy();
    for (const line of lines) {
      try {
        take(JSON.parse(line));
      } catch {
        socket.destroy();
        return;
      }
    }
  });
}

export function sendMessage(socket: Socket, message: ToolCall | ToolAnswer): void {
  if (socket.writable) socket.write(`${JSON.stringify(message)}\n`);
}
