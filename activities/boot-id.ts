import { readFile } from "node:fs/promises";

/** Changes with every start of the machine, a power cut included; empty where it is unknown. */
export async function bootId(): Promise<string> {
  return (await readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => "")).trim();
}
