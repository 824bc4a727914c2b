import { connect, type Socket } from "node:net";
import { readMessages, sendMessage, type ToolAnswer } from "../../activities/subagents/socket-messages.ts";
import { BatonFailure } from "../../domain/failure.ts";

/** The line to the host that runs the agent's turn. */
export interface HostLine {
  /** Rejects with what the host says against it, and when the turn is over. */
  call(tool: string, input: unknown): Promise<unknown>;
  /** Resolves when the host has hung up. */
  readonly ended: Promise<void>;
  close(): void;
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

export async function callHost(path: string): Promise<HostLine> {
  const socket = await connected(path);
  const waiting = new Map<number, Waiting>();
  let last = 0;
  readMessages(socket, (message) => {
    const answer = message as ToolAnswer;
    const caller = waiting.get(answer.id);
    waiting.delete(answer.id);
    if ("error" in answer) caller?.reject(new Error(answer.error));
    else caller?.resolve(answer.value);
  });
  const ended = new Promise<void>((resolve) => {
    socket.once("close", () => {
      for (const caller of waiting.values()) caller.reject(new Error("this turn is over"));
      resolve();
    });
  });
  socket.on("error", () => socket.destroy());
  return {
    ended,
    close: () => socket.destroy(),
    call: (tool, input) =>
      new Promise((resolve, reject) => {
        last += 1;
        if (!socket.writable) return reject(new Error("this turn is over"));
        waiting.set(last, { resolve, reject });
        sendMessage(socket, { id: last, tool, input });
      }),
  };
}

function connected(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once("connect", () => resolve(socket));
    socket.once("error", (cause) => {
      reject(new BatonFailure("Conflict", "the turn that this server belongs to is over", { where: path, cause }));
    });
  });
}
