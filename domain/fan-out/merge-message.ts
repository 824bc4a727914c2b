import { cleanText } from "../clean-text.ts";

interface MergedTask {
  readonly key: string;
  readonly name: string;
  /** Subagent whose work it is. */
  readonly thread: string;
}

const nameLength = 100;

/** Message of the commit that merges a subagent's work. A name cannot add trailers to it. */
export function mergeMessage({ key, name, thread }: MergedTask): string {
  return `Merge ${oneLine(name).slice(0, nameLength) || key}\n\nBaton-Task: ${oneLine(key)}\nBaton-Thread: ${oneLine(thread)}`;
}

function oneLine(text: string): string {
  return cleanText(text).replaceAll(/\s+/g, " ").trim();
}
