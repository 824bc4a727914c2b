import { readFileSync } from "node:fs";

/** Changes with every start of the machine, a power cut included; empty where it is unknown. */
export function bootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return "";
  }
}
