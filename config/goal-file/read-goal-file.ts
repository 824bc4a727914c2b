import { open, type FileHandle } from "node:fs/promises";
import { constants } from "node:fs";
import { resolve } from "node:path";
import { BatonFailure } from "../../domain/failure.ts";
import type { Goal } from "../../domain/goal.ts";
import { parseGoal } from "./parse-goal.ts";
import { shownPath } from "./shown-path.ts";

const maxBytes = 1024 * 1024;

export interface GoalFile {
  readonly goal: Goal;
  /** Absolute. */
  readonly path: string;
  readonly text: string;
}

/** Reads and validates a goal file; throws a `GoalFile` failure for a file or a goal that cannot be used. */
export async function readGoalFile(file: string): Promise<GoalFile> {
  const path = shownPath(file);
  const text = decode(await readBounded(path), path);
  return { goal: parseGoal(text, path), path: resolve(path), text };
}

async function readBounded(path: string): Promise<Buffer> {
  let file: FileHandle | undefined;
  try {
    // Without O_NONBLOCK opening a named pipe would wait for a writer.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stat = await file.stat();
    if (stat.isDirectory()) throw refused(path, "is a folder", `Name the goal file in it: ${path.replace(/\/+$/, "")}/goal.yaml`);
    if (!stat.isFile()) throw refused(path, "is not a regular file", "Write the goal into a file.");
    if (stat.size > maxBytes)
      throw refused(
        path,
        `is ${stat.size} bytes; a goal file has at most 1 MiB`,
        "Keep long background in a file of the repository and name it in background.",
      );
    return await file.readFile();
  } catch (error) {
    throw error instanceof BatonFailure ? error : unreadable(path, error as NodeJS.ErrnoException);
  } finally {
    await file?.close();
  }
}

function unreadable(path: string, error: NodeJS.ErrnoException): BatonFailure {
  if (error.code === "ENOENT" || error.code === "ENOTDIR") {
    return refused(path, "does not exist", "Write one with baton init, or give the path of another.");
  }
  if (error.code === "EACCES" || error.code === "EPERM") {
    return refused(path, "cannot be read: permission denied", `Make it readable: chmod u+r ${path}`);
  }
  return refused(path, `cannot be read: ${error.message}`, "Give the path of a readable goal file.");
}

function decode(bytes: Buffer, path: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw refused(path, "is not UTF-8 text", "Save it with the encoding UTF-8.");
  }
}

function refused(path: string, what: string, next: string): BatonFailure {
  return new BatonFailure("GoalFile", `${path} ${what}`, { where: path, next });
}
