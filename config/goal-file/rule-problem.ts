import type { Path } from "./source.ts";

export interface RuleProblem {
  readonly path: Path;
  /** Begins with the dotted path of what it is about. */
  readonly text: string;
}

export function problemAt(path: Path, text: string): RuleProblem {
  return { path, text: `${path.map(String).join(".")} ${text}` };
}
