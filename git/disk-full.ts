import { statfsSync } from "node:fs";
import { BatonFailure } from "../domain/failure.ts";

export function diskFull(where: string, cause: unknown): BatonFailure {
  return new BatonFailure("DiskFull", "The disk is full", {
    where,
    next: "Free some space, then answer the question to go on",
    cause,
  });
}

/** Turns the system's error for a full disk into the failure of that name. */
export async function noticeFullDisk<T>(where: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (["ENOSPC", "EDQUOT"].includes((error as NodeJS.ErrnoException).code ?? "")) throw diskFull(where, error);
    throw error;
  }
}

const scarceBytes = 64 * 1024 * 1024;

/** Whether git's messages mean a full disk. Some name no reason, and git has removed its half-written file by now. */
export function saysDiskFull(messages: string, where: string): boolean {
  if (/no space left on device|disk quota exceeded|out of disk ?space/i.test(messages)) return true;
  if (!/unable to write|write error|failed to write|unable to create/i.test(messages)) return false;
  try {
    const { bavail, bsize } = statfsSync(where);
    return bavail * bsize < scarceBytes;
  } catch {
    return false;
  }
}
