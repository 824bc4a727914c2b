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
