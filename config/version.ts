import { readFileSync } from "node:fs";

/** Baton's own version; `unknown` when its package file is missing. */
export function ownVersion(): string {
  // One folder further up from dist/config/ than from config/.
  for (const path of ["../package.json", "../../package.json"]) {
    try {
      return (JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8")) as { version: string }).version;
    } catch {
      continue;
    }
  }
  return "unknown";
}
