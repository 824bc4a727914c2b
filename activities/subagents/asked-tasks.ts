import { createHash } from "node:crypto";
import { toChecks } from "../../config/goal-file/goal-parts.ts";
import { oneLine } from "../../domain/bounded-text.ts";
import { cleanText } from "../../domain/clean-text.ts";
import type { AskedTask } from "../../domain/fan-out/on-demand.ts";
import type { ToolInput } from "./agent-tools.ts";

const keyCharacters = 32;
const nameCharacters = 60;

/** The tasks of a request with their keys: an attempt that is tried again asks for the same tasks. */
export function askedTasks(
  { tasks }: ToolInput<"spawn">,
  { thread, turn }: { readonly thread: string; readonly turn: number },
): AskedTask[] {
  return tasks.map(({ name, goal, verify, scope }) => {
    const { allow, protect } = scope;
    const content = digest([thread, name, goal, verify, allow ?? null, protect ?? null]);
    const limits = { ...(allow === undefined ? {} : { allow }), ...(protect === undefined ? {} : { protect }) };
    return {
      key: digest([content, turn]),
      content,
      name: oneLine(cleanText(name), nameCharacters),
      contract: { goal: cleanText(goal), verify: toChecks(verify), scope: limits },
    };
  });
}

export function questionKey(question: string, turn: number): string {
  return digest([question, turn]);
}

function digest(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, keyCharacters);
}
