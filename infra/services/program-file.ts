import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of built programs, whether this code runs from there or from its sources. */
export function programFolder(): string {
  const folder = fileURLToPath(new URL("../../", import.meta.url));
  return existsSync(join(folder, "package.json")) ? join(folder, "dist") : folder;
}

/** Identifies the build on disk; "unknown" when there is none. */
export function currentBuild(): string {
  const stamp = join(programFolder(), ".built");
  return existsSync(stamp) ? readFileSync(stamp, "utf8").slice(0, 12) : "unknown";
}
