import { createHash } from "node:crypto";
import { firstChars } from "../../domain/bounded-text.ts";
import type { AgentEvent } from "./agent.ts";

const messageChars = 8000;
const detailChars = 300;
const maxCommands = 1000;

/** Hands an agent's events on, bounded, and keeps what the turn's result says about them. */
export interface TurnLog {
  readonly message: string;
  readonly toolCalls: number;
  /** Digest of the commands in order; empty when there were none. */
  commands(): string;
  emit(event: AgentEvent): void;
  command(text: string): void;
}

export function createTurnLog(onEvent: (event: AgentEvent) => void): TurnLog {
  const hash = createHash("sha256");
  let counted = 0;
  const log = {
    message: "",
    toolCalls: 0,
    commands: () => (counted === 0 ? "" : hash.copy().digest("hex").slice(0, 16)),
    emit(event: AgentEvent) {
      if (event.kind === "message" && event.text.trim() === "") return;
      if (event.kind === "message") log.message = lastChars(event.text, messageChars);
      if (event.kind === "tool" && event.status === "started") log.toolCalls += 1;
      onEvent(bounded(event));
    },
    command(text: string) {
      counted += 1;
      if (counted <= maxCommands) hash.update(`${text}\0`);
    },
  };
  return log;
}

function bounded(event: AgentEvent): AgentEvent {
  if (event.kind === "message") return { ...event, text: firstChars(event.text, messageChars) };
  if (event.kind === "tool" || event.kind === "retry") return { ...event, detail: firstChars(event.detail, detailChars) };
  return event;
}

export function lastChars(text: string, limit: number): string {
  return text.length <= limit ? text : `…${text.slice(1 - limit)}`;
}
