import { userInfo } from "node:os";

/** Who gives a command, for the thread's records. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a number that has no name.
    return process.env["USER"] ?? `uid ${process.getuid?.() ?? "unknown"}`;
  }
}
