import { lastJsonValue } from "../../domain/json-in-text.ts";

/** The JSON in an answer: the whole of it, its last fenced block, or the last value that starts a line. Undefined for prose. */
export function jsonAnswer(answer: unknown): unknown {
  if (typeof answer !== "string") return answer;
  const fence = [...answer.matchAll(/```(?:json)?\s*\n([\s\S]*?)```/g)].at(-1)?.[1];
  return lastJsonValue((fence ?? answer).trim());
}
