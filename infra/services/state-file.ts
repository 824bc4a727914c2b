import { randomUUID } from "node:crypto";
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";

/** Content of a JSON file that another process may be replacing; undefined when absent or not JSON. */
export function readStateFile(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

/** Replaces a JSON file whole: a reader sees the old content or the new. */
export function writeStateFile(file: string, content: unknown): void {
  const next = `${file}.${randomUUID()}`;
  try {
    writeFileSync(next, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
    renameSync(next, file);
  } catch (error) {
    rmSync(next, { force: true });
    throw error;
  }
}
